//! Where nothing lives: the server renders the state it was given.

use leptos::prelude::RwSignal;
use model::{ChangeId, Chat, RoomId, Seq, Timestamp, UserId, outbox::Pending, wire::ClientFrame};

use super::{Drafts, Link};

/// The browser's runtime in its place: views call it from events, which the server has none of.
#[derive(Clone, Copy)]
pub(super) struct Runtime;

impl Runtime {
    pub(super) fn new(_: UserId, _: RwSignal<Chat>, _: RwSignal<Link>, _: RwSignal<Drafts>) -> Self {
        Self
    }

    pub(super) fn start(self) {}

    pub(super) fn compose(self, _: Pending) {}

    pub(super) fn retry(self, _: ChangeId) {}

    pub(super) fn discard(self, _: ChangeId) {}

    pub(super) fn read_upto(self, _: RoomId, _: Seq) {}

    pub(super) fn page_loaded(self, _: RoomId, _: Option<ClientFrame>) {}

    pub(super) fn draft_changed(self, _: RoomId) {}

    pub(super) async fn forget(self) {}
}

/// Nothing is composed here.
pub(super) fn today() -> Timestamp {
    Timestamp(0)
}
