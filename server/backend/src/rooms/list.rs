//! Rooms as a member sees them, with their newest message, people and marks: one statement.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{
    Error, Members, Offset, Result, Rev, Room, RoomId, RoomKind, Seq, UserId, limits::ROOMS_PAGE_MAX,
};

use super::people::{PEOPLE, People, SHOWN};
use crate::{
    Backend, SignedIn,
    clock::timestamp,
    failure::Outcome,
    messages::row::{COLUMNS, MessageRow},
    rate_limit::Limit,
};

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = Uuid)]
    id: RoomId,
    #[diesel(sql_type = Text)]
    kind: RoomKind,
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

/// Which rooms of a person.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    All,
    One(RoomId),
    /// At most `limit`, those less recently active than `before`, or than its departure if the person has left it.
    Page {
        before: Option<RoomId>,
        limit: i64,
    },
}

impl Which {
    fn one(self) -> Option<RoomId> {
        match self {
            Self::One(room) => Some(room),
            Self::All | Self::Page { .. } => None,
        }
    }

    fn before(self) -> Option<RoomId> {
        match self {
            Self::Page { before, .. } => before,
            Self::All | Self::One(_) => None,
        }
    }

    fn limit(self) -> Option<i64> {
        match self {
            Self::Page { limit, .. } => Some(limit),
            Self::All | Self::One(_) => None,
        }
    }
}

impl Backend {
    /// A page of a person's rooms, the most recently active first: those after `before` in that order, or the first.
    ///
    /// # Errors
    /// `invalid` if `limit` is not 1 to [`ROOMS_PAGE_MAX`]; `rate_limited`.
    pub async fn rooms_page(&self, who: &SignedIn, before: Option<RoomId>, limit: i64) -> Result<Vec<Room>> {
        if !(1..=ROOMS_PAGE_MAX).contains(&limit) {
            return Err(Error::invalid("limit", format!("Ask for 1 to {ROOMS_PAGE_MAX} chats.")));
        }
        self.limits.check(Limit::Read, who.user()).await?;
        Ok(self.rooms_of(who.user(), Which::Page { before, limit }).await?)
    }

    /// One room of a person.
    ///
    /// # Errors
    /// `not_found` to all but its members; `rate_limited`.
    pub async fn room(&self, who: &SignedIn, room: RoomId) -> Result<Room> {
        self.limits.check(Limit::Read, who.user()).await?;
        self.described(who.user(), room).await
    }

    /// The same, as the answer to whoever changed it.
    pub(super) async fn described(&self, user: UserId, room: RoomId) -> Result<Room> {
        let rooms = self.rooms_of(user, Which::One(room)).await?;
        rooms.into_iter().next().ok_or_else(|| Error::not_found("chat"))
    }

    pub(crate) async fn rooms_of(&self, user: UserId, which: Which) -> Outcome<Vec<Room>> {
        let mut db = self.db.get().await?;
        list(&mut db, user, which).await
    }
}

/// The rooms are chosen first: what is shown of each costs much more.
pub(crate) async fn list(db: &mut AsyncPgConnection, user: UserId, which: Which) -> Outcome<Vec<Room>> {
    let rooms: Vec<Listed> = diesel::sql_query(format!(
        "SELECT r.id, r.kind, r.title, r.created_at, r.last_seq, r.rev, r.log, {COLUMNS}, shown.people \
         FROM ( \
             SELECT room.*, coalesce(newest.at, room.created_at) AS active_at \
             FROM members me \
             JOIN rooms room ON room.id = me.room_id \
             LEFT JOIN messages newest ON newest.room_id = room.id AND newest.seq = room.last_seq \
             WHERE me.user_id = $1 AND (me.opened OR room.last_seq > 0) AND ($3 IS NULL OR me.room_id = $3) \
                 AND ($4 IS NULL OR (coalesce(newest.at, room.created_at), room.id) < ( \
                     SELECT CASE mine.status WHEN 'active' THEN coalesce(last.at, edge.created_at) \
                         ELSE mine.left_at END, edge.id \
                     FROM memberships mine JOIN rooms edge ON edge.id = mine.room_id \
                     LEFT JOIN messages last ON last.room_id = edge.id AND last.seq = edge.last_seq \
                     WHERE mine.room_id = $4 AND mine.user_id = $1 \
                         AND (mine.status <> 'active' OR mine.opened OR edge.last_seq > 0))) \
             ORDER BY active_at DESC, room.id DESC LIMIT $5 \
         ) r \
         LEFT JOIN messages m ON m.room_id = r.id AND m.seq = r.last_seq \
         {SHOWN} \
         ORDER BY r.active_at DESC, r.id DESC"
    ))
    .bind::<Uuid, _>(user)
    .bind::<BigInt, _>(PEOPLE)
    .bind::<Nullable<Uuid>, _>(which.one())
    .bind::<Nullable<Uuid>, _>(which.before())
    .bind::<Nullable<BigInt>, _>(which.limit())
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
            kind: self.kind,
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
