//! The text of an edit in progress. It belongs to one tab, so it is kept in the tab's own storage, where it
//! survives a reload. Signing out empties that storage.

use leptos::prelude::*;
use model::{RoomId, Seq};

use crate::{live::Live, ui::tab_storage};

/// Keeps what the edit of this message has come to.
pub fn save(live: Live, room: RoomId, seq: Seq, text: &str) {
    // Without storage the edit lives as long as the page.
    tab_storage::set(&key(live, room), &format!("{seq} {text}"));
}

/// The edit that is in progress in this tab: the number of the message, and the text.
pub fn load(live: Live, room: RoomId) -> Option<(Seq, String)> {
    let value = tab_storage::get(&key(live, room))?;
    let (seq, text) = value.split_once(' ')?;
    Some((Seq(seq.parse().ok()?), text.to_owned()))
}

/// The edit has ended.
pub fn clear(live: Live, room: RoomId) {
    tab_storage::remove(&key(live, room));
}

fn key(live: Live, room: RoomId) -> String {
    format!("rapport-edit-{}-{room}", live.chat.with_untracked(model::Chat::me))
}
