//! A message as statements read it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use model::{Message, MessageId, Reaction, Rev, Seq, UserId};

use crate::{clock::timestamp, failure::Outcome};

/// The columns of [`MessageRow`], from `messages m`.
pub(crate) const COLUMNS: &str = "m.id AS message_id, m.seq AS message_seq, m.rev AS message_rev, \
    m.sender_id, m.at, m.body, m.edited_at, m.deleted, m.reactions";

/// A message: absent where a page or a room is empty.
#[derive(QueryableByName)]
pub(crate) struct MessageRow {
    #[diesel(sql_type = Nullable<Uuid>)]
    message_id: Option<MessageId>,
    #[diesel(sql_type = Nullable<BigInt>)]
    message_seq: Option<Seq>,
    #[diesel(sql_type = Nullable<BigInt>)]
    message_rev: Option<Rev>,
    #[diesel(sql_type = Nullable<Uuid>)]
    sender_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    edited_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Bool>)]
    deleted: Option<bool>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    reactions: Option<serde_json::Value>,
}

impl MessageRow {
    /// # Errors
    /// The reactions are not of the form they are stored in.
    pub(crate) fn message(self) -> Outcome<Option<Message>> {
        let reactions = self.reactions.map(reactions).transpose()?.unwrap_or_default();
        let (Some(id), Some(sender), Some(at), Some(body)) =
            (self.message_id, self.sender_id, self.at, self.body)
        else {
            return Ok(None);
        };
        let (seq, rev) = (self.message_seq.unwrap_or_default(), self.message_rev.unwrap_or_default());
        Ok(Some(Message {
            edited: self.edited_at.map(timestamp),
            deleted: self.deleted.unwrap_or_default(),
            reactions,
            ..Message::new(id, sender, timestamp(at), body).numbered(seq, rev)
        }))
    }
}

fn reactions(stored: serde_json::Value) -> Outcome<Vec<Reaction>> {
    Ok(serde_json::from_value(stored).map_err(anyhow::Error::from)?)
}
