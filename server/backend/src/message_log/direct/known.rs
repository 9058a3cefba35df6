//! What stands under an id already.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Accepted, MessageId, Rev, RoomId, Seq, UserId};

use super::{Entry, Refusal};
use crate::{clock::timestamp, database::schema::messages};

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
    pub(super) fn answer(&self, entry: &Entry) -> Result<Accepted, Refusal> {
        let same =
            self.room_id == entry.room && self.sender_id == entry.sender && self.body == entry.body.as_str();
        if !same {
            return Err(Refusal::IdConflict);
        }
        Ok(Accepted { room: entry.room, id: entry.id, seq: self.seq, rev: self.rev, at: timestamp(self.at) })
    }
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
