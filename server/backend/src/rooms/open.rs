//! Opening the private chat with a person.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Error, Result, Rev, Room, RoomId, Seq, UserId};

use super::{Pair, announce::to_its_end, come_back::come_back, lock::Moved};
use crate::{
    Backend, SignedIn,
    database::schema::{former_members, members, private_rooms, rooms},
    failure::Outcome,
    people::{blocked_name, exists},
    rate_limit::Limit,
};

impl Backend {
    /// The private chat with a person, made on first use: two people have at most one, however
    /// many devices open it at once. The other person sees it with its first message, or once they open it
    /// themselves. Who has left it is back. Somebody who blocked the other is not: to
    /// the other it is a chat like any, and they hear nothing of it.
    ///
    /// # Errors
    /// `not_found` if there is no such person; `invalid` with oneself; `forbidden` with somebody whom one
    /// has blocked.
    pub async fn open_private(&self, who: &SignedIn, with: UserId) -> Result<Room> {
        let me = who.user();
        let Some(pair) = Pair::of(me, with) else {
            return Err(Error::invalid("with", "A private chat needs another person."));
        };
        self.limits.check(Limit::Membership, me).await?;
        let (backend, who) = (self.clone(), *who);
        to_its_end(async move { backend.open_and_announce(&who, with, pair).await }).await
    }

    /// Announces a room that was there before, too: who made it may have died before it was told.
    async fn open_and_announce(&self, who: &SignedIn, with: UserId, pair: Pair) -> Result<Room> {
        let (id, moved) = self.find_or_make(who.user(), with, pair).await?;
        let room = self.described(who.user(), id).await?;
        if let Some(moved) = moved {
            self.announce_members(id, moved);
        }
        self.announce_room(&room, |_| true).await?;
        Ok(room)
    }

    /// The room, and what its members are told if `me` came back to it.
    async fn find_or_make(&self, me: UserId, with: UserId, pair: Pair) -> Outcome<(RoomId, Option<Moved>)> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            pair.lock(db).await?;
            if let Some(name) = blocked_name(db, me, with).await? {
                return Err(refusal(&name).into());
            }
            if let Some(room) = pair.room(db).await? {
                let back = come_back(db, room, me, now).await?;
                show(db, room, me, now).await?;
                return Ok((room, back));
            }
            if !exists(db, with).await? {
                return Err(Error::not_found("person").into());
            }
            let is_blocked = blocked_name(db, with, me).await?.is_some();
            let room = make(db, pair, now).await?;
            enter(db, room, me, true, now).await?;
            match is_blocked {
                true => stay_out(db, room, with, now).await?,
                false => enter(db, room, with, false, now).await?,
            }
            Ok((room, None))
        })
        .await
    }
}

fn refusal(name: &str) -> Error {
    Error::forbidden(format!("You have blocked {name}. Unblock them first."))
}

/// Marks the room as opened by `me`. An empty room gets a new `created_at`, which would reveal when the other member
/// opened it.
async fn show(db: &mut AsyncPgConnection, room: RoomId, me: UserId, now: DateTime<Utc>) -> QueryResult<()> {
    let hidden = members::table.find((room, me)).filter(members::opened.eq(false));
    if diesel::update(hidden).set(members::opened.eq(true)).execute(db).await? > 0 {
        let empty = rooms::table.find(room).filter(rooms::last_seq.eq(0));
        diesel::update(empty).set(rooms::created_at.eq(now)).execute(db).await?;
    }
    Ok(())
}

/// A room with nobody in it.
async fn make(db: &mut AsyncPgConnection, pair: Pair, now: DateTime<Utc>) -> QueryResult<RoomId> {
    let room = RoomId::new();
    diesel::insert_into(rooms::table)
        .values((rooms::id.eq(room), rooms::kind.eq("private"), rooms::created_at.eq(now)))
        .execute(db)
        .await?;
    let Pair { low, high } = pair;
    diesel::insert_into(private_rooms::table)
        .values((private_rooms::low.eq(low), private_rooms::high.eq(high), private_rooms::room_id.eq(room)))
        .execute(db)
        .await?;
    Ok(room)
}

/// `opened`: whether they see the room before it has a message.
async fn enter(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    opened: bool,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let (room, user) = (members::room_id.eq(room), members::user_id.eq(user));
    diesel::insert_into(members::table)
        .values((room, user, members::joined_at.eq(now), members::opened.eq(opened)))
        .execute(db)
        .await?;
    Ok(())
}

/// As if they had been in the room, and nobody had seen them go.
async fn stay_out(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(former_members::table)
        .values((
            former_members::room_id.eq(room),
            former_members::user_id.eq(user),
            former_members::joined_at.eq(now),
            former_members::left_at.eq(now),
            former_members::rev.eq(Rev::ZERO),
            former_members::delivered_seq.eq(Seq::ZERO),
            former_members::read_seq.eq(Seq::ZERO),
            former_members::silent.eq(true),
        ))
        .execute(db)
        .await?;
    Ok(())
}
