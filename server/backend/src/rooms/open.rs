//! Opening the private chat with a person.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Error, Result, Room, RoomId, UserId};

use super::{announce::to_its_end, come_back::come_back, lock::Moved};
use crate::{
    Backend, SignedIn,
    database::schema::{members, private_rooms, rooms, users},
    failure::{Failure, Outcome},
    rate_limit::Limit,
};

impl Backend {
    /// The private chat with a person, made on first use: two people have at most one, however
    /// many devices open it at once. Who has left it is back.
    ///
    /// # Errors
    /// `not_found` if there is no such person; `invalid` with oneself.
    pub async fn open_private(&self, who: &SignedIn, with: UserId) -> Result<Room> {
        if with == who.user() {
            return Err(Error::invalid("with", "A private chat needs another person."));
        }
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, who) = (self.clone(), *who);
        to_its_end(async move { backend.open_and_announce(&who, with).await }).await
    }

    /// Announces a room that was there before, too: who made it may have died before it was told.
    async fn open_and_announce(&self, who: &SignedIn, with: UserId) -> Result<Room> {
        let (id, moved) = self.find_or_make(who.user(), with).await?;
        let room = self.room(who, id).await?;
        if let Some(moved) = moved {
            self.announce_members(id, moved);
        }
        self.announce_room(&room, room.people.iter().map(|person| person.id));
        Ok(room)
    }

    /// The room, and whether `me` came back to it.
    async fn find_or_make(&self, me: UserId, with: UserId) -> Outcome<(RoomId, Option<Moved>)> {
        let pair = (me.min(with), me.max(with));
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            if let Some(room) = find(db, pair).await? {
                return Ok((room, come_back(db, room, me, now).await?));
            }
            if !exists(db, with).await? {
                return Err(Error::not_found("person").into());
            }
            match make(db, pair, now).await? {
                Some(room) => Ok((room, None)),
                // Another device was faster.
                None => Ok((find(db, pair).await?.ok_or(diesel::result::Error::NotFound)?, None)),
            }
        })
        .await
    }
}

async fn find(db: &mut AsyncPgConnection, (low, high): (UserId, UserId)) -> Outcome<Option<RoomId>> {
    let room = private_rooms::table.find((low, high)).select(private_rooms::room_id);
    Ok(room.first(db).await.optional()?)
}

async fn exists(db: &mut AsyncPgConnection, user: UserId) -> Outcome<bool> {
    let person = users::table.find(user);
    Ok(diesel::select(diesel::dsl::exists(person)).get_result(db).await?)
}

async fn make(
    db: &mut AsyncPgConnection,
    (low, high): (UserId, UserId),
    now: DateTime<Utc>,
) -> Result<Option<RoomId>, Failure> {
    let room = RoomId::new();
    diesel::insert_into(rooms::table)
        .values((rooms::id.eq(room), rooms::kind.eq("private"), rooms::created_at.eq(now)))
        .execute(db)
        .await?;
    let made = diesel::insert_into(private_rooms::table)
        .values((private_rooms::low.eq(low), private_rooms::high.eq(high), private_rooms::room_id.eq(room)))
        .on_conflict_do_nothing()
        .execute(db)
        .await?;
    if made == 0 {
        diesel::delete(rooms::table.find(room)).execute(db).await?;
        return Ok(None);
    }
    let member =
        |user: UserId| (members::room_id.eq(room), members::user_id.eq(user), members::joined_at.eq(now));
    diesel::insert_into(members::table).values(vec![member(low), member(high)]).execute(db).await?;
    Ok(Some(room))
}
