//! The page around the app: seen or hidden, online or not, going and coming back.

use client::{Event, Link, State as ClientState};
use leptos::prelude::*;
use web_sys::{EventTarget, VisibilityState};

use super::{
    Engine,
    listener::Listener,
    tabs::{TabMessage, Tabs},
};
use crate::ui::tab_storage;

/// Says that the page was reloaded because the server asked for it, and has not come to work since.
const RELOADED: &str = "rapport-reloaded";

impl Engine {
    pub(super) fn listen_to_page(&self) {
        let window: EventTarget = window().into();
        let document: EventTarget = document().into();
        let listeners = vec![
            self.listener(&window, "online", |engine| engine.handle(Event::Online)),
            self.listener(&window, "offline", |engine| engine.handle(Event::Offline)),
            self.listener(&window, "focus", |engine| engine.person_returns()),
            self.listener(&window, "pagehide", |engine| engine.page_hides()),
            self.listener(&window, "pageshow", |engine| engine.page_shows()),
            self.listener(&document, "visibilitychange", |engine| engine.visibility_changed()),
        ];
        *self.listeners.borrow_mut() = listeners;
    }

    fn listener(
        &self,
        target: &EventTarget,
        name: &'static str,
        on_event: impl Fn(&Self) + 'static,
    ) -> Listener {
        let this = self.this.clone();
        Listener::new(target.clone(), name, move |_| {
            if let Some(engine) = this.upgrade() {
                on_event(&engine);
            }
        })
    }

    fn visibility_changed(&self) {
        if is_hidden() {
            self.finish();
        } else {
            self.person_returns();
        }
    }

    fn person_returns(&self) {
        let silence = js_sys::Date::now() - self.state.borrow().heard_at;
        self.handle(Event::Attention { silence });
    }

    /// Pages that hold connections are not kept in the back-forward cache.
    fn page_hides(&self) {
        self.finish();
        self.rest();
    }

    /// Writes and sends at once what was to wait a moment: this page may never run again.
    fn finish(&self) {
        self.persist();
        self.handle(Event::Leaving);
    }

    fn page_shows(&self) {
        if self.client.borrow().state() != ClientState::Stopped {
            return;
        }
        self.open_tabs();
        self.refresh_drafts();
        self.handle(Event::Start { is_online: is_online() });
    }

    /// Other tabs may have written while this page rested.
    fn refresh_drafts(&self) {
        let Some(store) = self.store() else { return };
        self.spawn(|engine| async move {
            if let Ok(contents) = store.read().await {
                engine.restore_drafts(contents.drafts);
            }
        });
    }

    pub(super) fn open_tabs(&self) {
        let this = self.this.clone();
        let tabs = Tabs::open(self.me, move |message| {
            if let Some(engine) = this.upgrade() {
                engine.on_tab_message(message);
            }
        });
        self.state.borrow_mut().tabs = tabs;
    }

    fn on_tab_message(&self, message: TabMessage) {
        match message {
            TabMessage::Outbox => self.show_outbox_of_other_tab(),
            TabMessage::Discarded { id } => self.discarded_elsewhere(id),
            TabMessage::Draft { room, text } => self.draft_changed_elsewhere(room, text),
            // The socket is closed when the session has ended.
            TabMessage::Forget => self.leave_store(),
        }
    }
}

pub(super) fn is_hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

pub(super) fn is_online() -> bool {
    window().navigator().on_line()
}

/// Shows the state of the connection to style sheets and tests.
pub(super) fn show_link(link: Link) {
    let name = match link {
        Link::Starting => "starting",
        Link::Open => "open",
        Link::Polling => "polling",
        Link::Broken => "broken",
        Link::SignedOut => "signed-out",
    };
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-live", name);
    }
}

pub(super) fn hide_link() {
    if let Some(root) = document().document_element() {
        let _ = root.remove_attribute("data-live");
    }
}

/// Fetches the page again, unless that was done before and did not help.
pub(super) fn reload_once() {
    if tab_storage::get(RELOADED).is_some() || !tab_storage::set(RELOADED, "1") {
        return;
    }
    let _ = location().reload();
}

/// The page came to work: it may be reloaded again.
pub(super) fn loaded_well() {
    tab_storage::remove(RELOADED);
}
