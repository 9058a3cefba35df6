//! Which entries are new, and what number each of them gets.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Accepted, MessageId, Rev, RoomId, Seq, UserId};

use super::{Answer, Entry, Refusal};
use crate::{
    clock::timestamp,
    database::schema::{messages, rooms},
};

/// A message that stands.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(diesel::pg::Pg))]
pub(super) struct Known {
    id: MessageId,
    room_id: RoomId,
    sender_id: UserId,
    seq: Seq,
    rev: Rev,
    at: DateTime<Utc>,
    body: String,
}

impl Known {
    /// The answer to an entry with this message's id.
    pub(super) fn answer(&self, entry: &Entry) -> Answer {
        let same =
            self.room_id == entry.room && self.sender_id == entry.sender && self.body == entry.body.as_str();
        if !same {
            return Err(Refusal::IdConflict);
        }
        Ok(Accepted { room: entry.room, id: entry.id, seq: self.seq, rev: self.rev, at: timestamp(self.at) })
    }
}

/// A room's numbers, under its lock.
#[derive(Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = rooms, check_for_backend(diesel::pg::Pg))]
pub(super) struct Heads {
    id: RoomId,
    pub(super) last_seq: Seq,
    pub(super) rev: Rev,
}

/// Locks the rooms, always in the order of their ids, and reads their numbers.
pub(super) async fn lock(db: &mut AsyncPgConnection, ids: &[RoomId]) -> QueryResult<BTreeMap<RoomId, Heads>> {
    let heads: Vec<Heads> = rooms::table
        .filter(rooms::id.eq_any(ids))
        .order(rooms::id)
        .select(Heads::as_select())
        .for_update()
        .load(db)
        .await?;
    Ok(heads.into_iter().map(|heads| (heads.id, heads)).collect())
}

/// The messages that stand under these ids.
pub(super) async fn known(
    db: &mut AsyncPgConnection,
    ids: &[MessageId],
) -> QueryResult<HashMap<MessageId, Known>> {
    let known: Vec<Known> =
        messages::table.filter(messages::id.eq_any(ids)).select(Known::as_select()).load(db).await?;
    Ok(known.into_iter().map(|message| (message.id, message)).collect())
}
