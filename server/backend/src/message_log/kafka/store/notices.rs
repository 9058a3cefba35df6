//! Telling the rooms what was stored: for each room one notice with the numbers of the whole batch.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::{
    Accepted, Code, Error, Message, MessageId, Offset, Rev, RoomId, Seq,
    wire::{self, Change, Item, ServerFrame},
};

use super::{
    Store,
    batch::{Batch, Content, Row},
    offsets::Offsets,
    write::{Outcome, Stored},
};
use crate::{
    bus::{Bus, Notice},
    failure,
    message_log::{Entry, Refusal},
    rooms,
};

/// Tells of a batch that stands. First single people what became of their retries and refusals, so
/// that the numbers find them told.
pub(super) fn tell(bus: &Bus, batch: &Batch, stored: &Stored) {
    let mut rooms: BTreeMap<RoomId, wire::Stored> = BTreeMap::new();
    for (row, outcome) in batch.rows().iter().zip(stored.outcomes()) {
        let Content::Entry(entry, _) = &row.content else { continue };
        if let Some(frame) = personal(entry, row, outcome) {
            bus.publish(&Notice::Person { user: entry.sender, frame: Bytes::from(frame.encode()) });
        }
        let told = rooms.entry(entry.room).or_insert_with(|| nothing_yet(entry.room));
        told.log = told.log.max(row.log.next());
        if let Outcome::Fresh(accepted) = outcome {
            if told.ids.is_empty() {
                (told.seq, told.rev) = (accepted.seq, accepted.rev);
            }
            told.ids.push((entry.id, row.log));
        }
    }
    #[cfg(feature = "mutants")]
    crate::mutants::die_at("store-before-notice");
    for (room, told) in rooms {
        let rev = (!told.ids.is_empty()).then(|| Rev(told.rev.0 + told.ids.len() as i64 - 1));
        let frame = Bytes::from(ServerFrame::Stored(told).encode());
        bus.publish(&Notice::Room { room, rev, frame });
    }
}

fn nothing_yet(room: RoomId) -> wire::Stored {
    let ids: Vec<(MessageId, Offset)> = Vec::new();
    wire::Stored { room, seq: Seq::ZERO, rev: Rev::ZERO, log: Offset::ZERO, ids }
}

/// What only the sender must know.
fn personal(entry: &Entry, row: &Row, outcome: &Outcome) -> Option<ServerFrame> {
    let rejected =
        |error: Error| ServerFrame::Rejected { room: entry.room, id: entry.id, error, log: Some(row.log) };
    match outcome {
        Outcome::Fresh(_) => None,
        Outcome::Known(accepted) => Some(ServerFrame::Change(standing(entry, accepted))),
        Outcome::Conflict => Some(rejected(Refusal::IdConflict.into())),
        Outcome::Dead => Some(rejected(Error::new(Code::Invalid, "This message cannot be stored."))),
    }
}

/// The message as it stands: a retry is the same message.
fn standing(entry: &Entry, accepted: &Accepted) -> Change {
    let Accepted { room, id, seq, rev, at } = *accepted;
    let message = Message { id, seq, rev, sender: entry.sender, at, body: entry.body.as_str().to_owned() };
    Change { room, rev, item: Item::Message { message } }
}

/// Tells the rooms of the last batches where they stand: who misses something fetches it.
pub(super) async fn tell_last(store: &Store, offsets: &Offsets, partitions: &[i32]) -> failure::Outcome<()> {
    let last = offsets.last_rooms(partitions).await?;
    if last.is_empty() {
        return Ok(());
    }
    let mut db = store.db.get().await?;
    for head in rooms::heads(&mut db, &last).await? {
        store.bus.publish(&Notice::Room { room: head.room, rev: Some(head.rev), frame: head.frame() });
    }
    Ok(())
}
