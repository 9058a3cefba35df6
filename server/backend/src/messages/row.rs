//! A message as the statements of this folder read it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid},
};
use model::{Message, MessageId, Rev, RoomId, Seq, UserId};

use crate::clock::timestamp;

/// A room's heads, and one of its messages: absent where a page is empty.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Uuid)]
    pub(super) room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    pub(super) room_rev: Rev,
    #[diesel(sql_type = BigInt)]
    pub(super) last_seq: Seq,
    #[diesel(sql_type = Nullable<Uuid>)]
    id: Option<MessageId>,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<Seq>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rev: Option<Rev>,
    #[diesel(sql_type = Nullable<Uuid>)]
    sender_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
}

impl Row {
    pub(super) fn message(self) -> Option<Message> {
        Some(Message {
            id: self.id?,
            seq: self.seq?,
            rev: self.rev?,
            sender: self.sender_id?,
            at: timestamp(self.at?),
            body: self.body?,
        })
    }
}
