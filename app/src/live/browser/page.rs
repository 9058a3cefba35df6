//! The page around the app: seen or hidden, online or not, going and coming back.

use leptos::prelude::*;
use web_sys::{EventTarget, Storage, VisibilityState};

use super::{
    Engine,
    listener::Listener,
    tabs::{Note, Tabs},
};
use crate::live::Link;

/// Says that the page was reloaded because the server asked for it, and has not come to work since.
const RELOADED: &str = "rapport-reloaded";

impl Engine {
    pub(super) fn listen_to_page(&self) {
        let window: EventTarget = window().into();
        let document: EventTarget = document().into();
        let listeners = vec![
            self.listener(&window, "online", |engine| engine.came_online()),
            self.listener(&window, "offline", |engine| engine.went_offline()),
            self.listener(&window, "focus", |engine| engine.retry_now()),
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
        heard: impl Fn(&Self) + 'static,
    ) -> Listener {
        let this = self.this.clone();
        Listener::new(target.clone(), name, move |_| {
            if let Some(engine) = this.upgrade() {
                heard(&engine);
            }
        })
    }

    fn visibility_changed(&self) {
        if is_hidden() {
            self.put_away();
        } else {
            self.retry_now();
        }
    }

    /// Pages that hold connections are not kept in the back-forward cache.
    fn page_hides(&self) {
        self.put_away();
        self.rest();
    }

    fn page_shows(&self) {
        if std::mem::replace(&mut self.state.borrow_mut().running, true) {
            return;
        }
        self.open_tabs();
        self.refresh_drafts();
        self.plan_rooms();
        self.connect();
    }

    /// Other tabs may have written while this page rested.
    fn refresh_drafts(&self) {
        let Some(disk) = self.disk() else { return };
        self.spawn(|engine| async move {
            if let Ok(contents) = disk.read().await {
                engine.restore_drafts(contents.drafts);
            }
        });
    }

    pub(super) fn open_tabs(&self) {
        let this = self.this.clone();
        let tabs = Tabs::open(self.me, move |note| {
            if let Some(engine) = this.upgrade() {
                engine.noted(note);
            }
        });
        self.state.borrow_mut().tabs = tabs;
    }

    fn noted(&self, note: Note) {
        match note {
            Note::Outbox => self.look_at_outbox(),
            Note::Discarded { id } => self.discarded_elsewhere(id),
            Note::Draft { room, text } => self.drafted_elsewhere(room, text),
            // The socket will tell when the session has ended.
            Note::Forget => self.leave_disk(),
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
    let Some(storage) = session_storage() else { return };
    if storage.get_item(RELOADED).ok().flatten().is_some() || storage.set_item(RELOADED, "1").is_err() {
        return;
    }
    let _ = location().reload();
}

/// The page came to work: it may be reloaded again.
pub(super) fn loaded_well() {
    if let Some(storage) = session_storage() {
        let _ = storage.remove_item(RELOADED);
    }
}

fn session_storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
