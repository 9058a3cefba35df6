//! Rooms as a member sees them, with their newest message, people and marks: one statement.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{
    Error, Mark, Message, MessageId, Offset, Person, Result, Rev, Room, RoomId, RoomKind, Seq, UserId,
};
use serde::Deserialize;

use super::anybody::{ANYBODY, PEOPLE};
use crate::{Backend, SignedIn, clock::timestamp, failure::Outcome};

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = Uuid)]
    id: RoomId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    last_seq: Seq,
    #[diesel(sql_type = BigInt)]
    rev: Rev,
    #[diesel(sql_type = BigInt)]
    log: Offset,
    #[diesel(sql_type = Nullable<Uuid>)]
    message_id: Option<MessageId>,
    #[diesel(sql_type = Nullable<BigInt>)]
    message_rev: Option<Rev>,
    #[diesel(sql_type = Nullable<Uuid>)]
    sender_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
    #[diesel(sql_type = Jsonb)]
    people: serde_json::Value,
}

#[derive(Deserialize)]
struct Member {
    #[serde(flatten)]
    person: Person,
    delivered: Seq,
    read: Seq,
    mine: i64,
    gone: bool,
}

impl Backend {
    /// The rooms of a person, the most recently active first.
    pub async fn rooms(&self, who: &SignedIn) -> Result<Vec<Room>> {
        Ok(self.rooms_of(who.user(), None).await?)
    }

    /// One room of a person.
    ///
    /// # Errors
    /// `not_found` to all but its members.
    pub async fn room(&self, who: &SignedIn, room: RoomId) -> Result<Room> {
        let rooms = self.rooms_of(who.user(), Some(room)).await?;
        rooms.into_iter().next().ok_or_else(|| Error::not_found("chat"))
    }

    pub(crate) async fn rooms_of(&self, user: UserId, only: Option<RoomId>) -> Outcome<Vec<Room>> {
        let mut db = self.db.get().await?;
        list(&mut db, user, only).await
    }
}

/// The rooms of `user`, or only one of them.
async fn list(db: &mut AsyncPgConnection, user: UserId, only: Option<RoomId>) -> Outcome<Vec<Room>> {
    let rooms: Vec<Listed> = diesel::sql_query(format!(
        "SELECT r.id, r.kind, r.title, r.created_at, r.last_seq, r.rev, r.log, \
                m.id AS message_id, m.rev AS message_rev, m.sender_id, m.at, m.body, shown.people \
         FROM members me \
         JOIN rooms r ON r.id = me.room_id \
         LEFT JOIN messages m ON m.room_id = r.id AND m.seq = r.last_seq \
         CROSS JOIN LATERAL ( \
             SELECT jsonb_agg(jsonb_build_object( \
                 'id', u.id, 'username', u.username, 'name', u.name, \
                 'delivered', o.delivered_seq, 'read', o.read_seq, 'mine', o.mine, 'gone', o.gone)) AS people \
             FROM ( \
                 SELECT * FROM ({ANYBODY}) anybody \
                 ORDER BY user_id <> $1, gone, joined_at, user_id LIMIT $2 \
             ) o \
             JOIN users u ON u.id = o.user_id \
         ) shown \
         WHERE me.user_id = $1 AND ($3 IS NULL OR me.room_id = $3) \
         ORDER BY coalesce(m.at, r.created_at) DESC, r.id DESC",
    ))
    .bind::<Uuid, _>(user)
    .bind::<BigInt, _>(PEOPLE)
    .bind::<Nullable<Uuid>, _>(only)
    .load(db)
    .await?;
    rooms.into_iter().map(Listed::into_room).collect()
}

impl Listed {
    fn into_room(mut self) -> Outcome<Room> {
        let members: Vec<Member> =
            serde_json::from_value(self.people.take()).map_err(|error| anyhow::anyhow!(error))?;
        let mark = |member: &Member| Mark {
            user: member.person.id,
            delivered: member.delivered,
            read: member.read,
            mine: member.mine,
            upto: self.last_seq,
        };
        Ok(Room {
            id: self.id,
            kind: if self.kind == "private" { RoomKind::Private } else { RoomKind::Group },
            marks: members.iter().map(mark).collect(),
            gone: members.iter().filter(|member| member.gone).map(|member| member.person.id).collect(),
            people: members.into_iter().map(|member| member.person).collect(),
            rev: self.rev,
            log: self.log,
            last_seq: self.last_seq,
            created_at: timestamp(self.created_at),
            last: self.last(),
            title: self.title,
        })
    }

    fn last(&mut self) -> Option<Message> {
        Some(Message {
            id: self.message_id?,
            seq: self.last_seq,
            rev: self.message_rev?,
            sender: self.sender_id?,
            at: timestamp(self.at?),
            body: self.body.take()?,
        })
    }
}
