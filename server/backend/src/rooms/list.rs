//! Rooms as a member sees them, with their newest message, people and marks: one statement.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Error, Members, Offset, Result, Rev, Room, RoomId, Seq, UserId};

use super::people::{PEOPLE, People, SHOWN, kind};
use crate::{
    Backend, SignedIn,
    clock::timestamp,
    failure::Outcome,
    messages::row::{COLUMNS, MessageRow},
};

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
    #[diesel(embed)]
    last: MessageRow,
    #[diesel(sql_type = Jsonb)]
    people: serde_json::Value,
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
pub(crate) async fn list(
    db: &mut AsyncPgConnection,
    user: UserId,
    only: Option<RoomId>,
) -> Outcome<Vec<Room>> {
    let rooms: Vec<Listed> = diesel::sql_query(format!(
        "SELECT r.id, r.kind, r.title, r.created_at, r.last_seq, r.rev, r.log, {COLUMNS}, shown.people \
         FROM members me \
         JOIN rooms r ON r.id = me.room_id \
         LEFT JOIN messages m ON m.room_id = r.id AND m.seq = r.last_seq \
         {SHOWN} \
         WHERE me.user_id = $1 AND ($3 IS NULL OR me.room_id = $3) \
         ORDER BY coalesce(m.at, r.created_at) DESC, r.id DESC"
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
        let shown = People::read(self.people.take())?;
        let marks = shown.marks(self.last_seq);
        let Members { people, gone, admins, title } = shown.members(self.title.take());
        Ok(Room {
            id: self.id,
            kind: kind(&self.kind),
            title,
            people,
            gone,
            admins,
            marks,
            rev: self.rev,
            log: self.log,
            last_seq: self.last_seq,
            created_at: timestamp(self.created_at),
            last: self.last.message()?,
        })
    }
}
