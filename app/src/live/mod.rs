//! The living half of the client: one reducer ([`model::Chat`]) fed by the rendered page, the
//! socket and the disk; every view reads from it and nothing else changes it.
//!
//! On the server only the state exists, so that the same views render it.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(any(feature = "hydrate", test))]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser uses all of it"))]
mod persisted;
#[cfg(not(feature = "hydrate"))]
mod server;
pub(crate) mod tidy;

pub use client::Link;
use leptos::prelude::*;
use model::{Body, ChangeId, Chat, MessageChange, MessageId, Page, RoomId, Seq, VecMap, outbox::Pending};

use crate::rooms::calls::Home;
#[cfg(feature = "hydrate")]
use browser::{Runtime, today};
#[cfg(not(feature = "hydrate"))]
use server::{Runtime, today};

type Drafts = VecMap<RoomId, String>;

/// Few, so a sorted list: a third of the code of a tree, which is downloaded for each type.
#[cfg(feature = "hydrate")]
type Set<K> = VecMap<K, ()>;

/// Deletes what this browser keeps of whoever was signed in here: called where nobody is.
pub fn forget_everybody() {
    #[cfg(feature = "hydrate")]
    browser::forget_everybody();
}

/// The handle that views take from context.
#[derive(Clone, Copy)]
pub struct Live {
    pub chat: RwSignal<Chat>,
    pub link: RwSignal<Link>,
    drafts: RwSignal<Drafts>,
    runtime: Runtime,
}

impl Live {
    /// The state a page was rendered with. In the browser the caller then calls [`Live::start`].
    pub fn new(home: &Home) -> Self {
        let mut chat = Chat::new(home.me.id);
        for room in &home.rooms {
            chat.room(room.clone());
        }
        let chat = RwSignal::new(chat);
        let link = RwSignal::new(Link::Starting);
        let drafts = RwSignal::new(Drafts::new());
        let runtime = Runtime::new(home.me.id, chat, link, drafts);
        Self { chat, link, drafts, runtime }
    }

    /// Opens the socket and the disk. Browser only; called once, from an effect. It ends when the
    /// effect's owner is cleaned up.
    pub fn start(self) {
        self.runtime.start();
    }

    /// A page of history that a view fetched or was rendered with.
    pub fn page(self, page: Page) {
        let room = page.room;
        let fetch = self.chat.try_update(|chat| chat.page(page)).flatten();
        self.runtime.page_loaded(room, fetch);
    }

    /// Sends a text: it is stored, shown as pending, and leaves when it can. Blank lines around it
    /// are left out; a text that is blank or too long is not sent.
    pub fn send(self, room: RoomId, text: String) {
        if let Ok(body) = Body::new(tidy::tidy(&text)) {
            self.runtime.compose(Pending::new(room, body, today()));
        }
    }

    /// Changes a message: the change is stored, shown as pending, and sent when it can be.
    pub fn change(self, room: RoomId, message: MessageId, change: MessageChange) {
        self.runtime.compose(Pending::change(room, message, change, today()));
    }

    /// Tries a failed message again.
    pub fn retry(self, id: ChangeId) {
        self.runtime.retry(id);
    }

    /// Gives up a message, or a change of one, that was refused.
    pub fn discard(self, id: ChangeId) {
        self.runtime.discard(id);
    }

    /// The person has seen everything up to `seq`.
    pub fn read_upto(self, room: RoomId, seq: Seq) {
        self.runtime.read_upto(room, seq);
    }

    /// The draft kept for a room; empty if none. Reactive.
    pub fn draft(self, room: RoomId) -> String {
        self.drafts.with(|drafts| drafts.get(&room).cloned().unwrap_or_default())
    }

    /// Keeps a draft; an empty one is forgotten.
    pub fn set_draft(self, room: RoomId, text: String) {
        let changed = self.drafts.try_maybe_update(|drafts| {
            let changed = drafts.get(&room).map_or("", String::as_str) != text;
            if text.is_empty() {
                drafts.remove(&room);
            } else if changed {
                drafts.insert(room, text);
            }
            (changed, changed)
        });
        if changed == Some(true) {
            self.runtime.draft_changed(room);
        }
    }

    /// Deletes what this browser keeps of the person: for signing out. Afterwards everything goes
    /// on in memory.
    pub async fn forget(self) {
        self.runtime.forget().await;
    }
}
