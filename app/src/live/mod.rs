//! The living half of the client: one reducer ([`model::Chat`]) fed by the rendered page, the
//! socket and the disk; every view reads from it and nothing else changes it.
//!
//! On the server only the state exists, so that the same views render it.

use leptos::prelude::*;
use model::{Chat, MessageId, Page, RoomId, Seq};

use crate::rooms::calls::Home;

/// The state of the connection, as people are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Not opened yet, or being opened: nothing is said about it.
    #[default]
    Starting,
    /// Everything is here and live.
    Open,
    /// Gone; trying again.
    Broken,
    /// The session ended: sign in again.
    SignedOut,
}

/// The handle that views take from context.
#[derive(Clone, Copy)]
pub struct Live {
    pub chat: RwSignal<Chat>,
    pub link: RwSignal<Link>,
}

impl Live {
    /// The state a page was rendered with. In the browser the caller then calls [`Live::start`].
    pub fn new(home: &Home) -> Self {
        let mut chat = Chat::new(home.me.id);
        for room in &home.rooms {
            chat.room(room.clone());
        }
        Self { chat: RwSignal::new(chat), link: RwSignal::new(Link::Starting) }
    }

    /// Opens the socket and the disk. Browser only; called once, from an effect.
    pub fn start(self) {}

    /// A page of history that a view fetched or was rendered with.
    pub fn page(self, page: Page) {
        self.chat.update(|chat| {
            chat.page(page);
        });
    }

    /// Sends a text: it is stored, shown as pending, and leaves when it can.
    pub fn send(self, room: RoomId, text: String) {
        let _ = (room, text);
    }

    /// Tries a failed message again.
    pub fn retry(self, id: MessageId) {
        let _ = id;
    }

    /// Gives a failed message up.
    pub fn discard(self, id: MessageId) {
        let _ = id;
    }

    /// The person has seen everything up to `seq`.
    pub fn read_upto(self, room: RoomId, seq: Seq) {
        let _ = (room, seq);
    }

    /// The draft kept for a room; empty if none. Reactive.
    pub fn draft(self, room: RoomId) -> String {
        let _ = room;
        String::new()
    }

    /// Keeps a draft; an empty one is forgotten.
    pub fn set_draft(self, room: RoomId, text: String) {
        let _ = (room, text);
    }
}
