//! Opening the private chat with a person.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Error, Result, Room, RoomId, RoomKind, UserId};

use super::{
    Pair,
    change::run_to_end,
    lock::{LockedRoom, MembersChange},
};
use crate::{
    Backend, SignedIn,
    database::schema::{memberships, private_rooms, rooms},
    failure::Outcome,
    membership::{Status, enter_private, rejoin_private},
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
        run_to_end(async move { backend.open_and_publish(&who, with, pair).await }).await
    }

    /// Publishes a room that was there before, too: the process that made it may have died before it published.
    async fn open_and_publish(&self, who: &SignedIn, with: UserId, pair: Pair) -> Result<Room> {
        let (id, change) = self.find_or_make(who.user(), with, pair).await?;
        let room = self.described(who.user(), id).await?;
        if let Some(change) = change {
            self.publish_members(id, change);
        }
        self.publish_room(&room, |_| true).await?;
        Ok(room)
    }

    /// The room, and the change of its members if `me` rejoined it.
    async fn find_or_make(
        &self,
        me: UserId,
        with: UserId,
        pair: Pair,
    ) -> Outcome<(RoomId, Option<MembersChange>)> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            pair.lock(db).await?;
            if let Some(name) = blocked_name(db, me, with).await? {
                return Err(refusal(&name).into());
            }
            if let Some(room) = pair.room(db).await? {
                let change = rejoin_private(db, room, me, now).await?;
                mark_opened(db, room, me, now).await?;
                return Ok((room, change));
            }
            if !exists(db, with).await? {
                return Err(Error::not_found("person").into());
            }
            let is_blocked = blocked_name(db, with, me).await?.is_some();
            let room = make(db, pair, now).await?;
            // The other user sees the chat with its first message, unless they have blocked `me`.
            let other = if is_blocked { Status::Hidden } else { Status::Active };
            enter_private(db, room, me, (Status::Active, true), now).await?;
            enter_private(db, room, with, (other, false), now).await?;
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
async fn mark_opened(
    db: &mut AsyncPgConnection,
    room: RoomId,
    me: UserId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    // The room before its memberships, as everybody locks them: sending does, too.
    let Some(room) = LockedRoom::lock(db, room).await? else { return Ok(()) };
    let unopened = memberships::table.find((room.id, me)).filter(memberships::opened.eq(false));
    let opened = diesel::update(unopened).set(memberships::opened.eq(true)).execute(room.db).await? > 0;
    if opened && room.is_empty {
        diesel::update(rooms::table.find(room.id)).set(rooms::created_at.eq(now)).execute(room.db).await?;
    }
    Ok(())
}

/// A room with nobody in it.
async fn make(db: &mut AsyncPgConnection, pair: Pair, now: DateTime<Utc>) -> QueryResult<RoomId> {
    // Without the time that a UUIDv7 holds, which would reveal to the other member when the chat was opened.
    let room = RoomId(uuid::Builder::from_random_bytes(rand::random()).into_uuid());
    diesel::insert_into(rooms::table)
        .values((rooms::id.eq(room), rooms::kind.eq(RoomKind::Private), rooms::created_at.eq(now)))
        .execute(db)
        .await?;
    let Pair { low, high } = pair;
    diesel::insert_into(private_rooms::table)
        .values((private_rooms::low.eq(low), private_rooms::high.eq(high), private_rooms::room_id.eq(room)))
        .execute(db)
        .await?;
    Ok(room)
}
