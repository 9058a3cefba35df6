//! Leaving a room.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{
    Error, Result, Rev, RoomId, Seq, UserId,
    wire::{Change, Item, ServerFrame},
};

use super::list::PEOPLE;
use crate::{
    Backend, SignedIn,
    bus::Notice,
    database::schema::{former_members, members, rooms},
    failure::Outcome,
    rate_limit::Limit,
};

/// Who came or went, by which change of the room, and who is gone since.
pub(super) struct Moved {
    pub(super) rev: Rev,
    pub(super) gone: Vec<UserId>,
}

impl Backend {
    /// Ends a membership: nothing of the room reaches any device of this person any more, and nothing of
    /// theirs the room. What they wrote stays, and so do their marks. Leaving twice is leaving once.
    ///
    /// # Errors
    /// `not_found` to whoever never was a member; `rate_limited`; `unavailable`, also while it cannot be
    /// made known to the other nodes, who would go on to take messages.
    pub async fn leave(&self, who: &SignedIn, room: RoomId) -> Result<()> {
        self.limits.check(Limit::Membership, who.user()).await?;
        // Goes on though nobody waits any more: what stands is told.
        let (backend, user) = (self.clone(), who.user());
        let left = tokio::spawn(async move { backend.end_membership(room, user).await });
        left.await.map_err(|_| Error::unavailable())?
    }

    /// Forgets the membership twice, as the promise of [`crate::cache::Cache`] asks.
    async fn end_membership(&self, room: RoomId, user: UserId) -> Result<()> {
        self.members.forget(room, user).await?;
        let now = self.clock.now();
        let moved = self.write_end(room, user, now).await?.ok_or_else(|| Error::not_found("chat"))?;
        self.announce_leave(room, user, moved);
        self.members.forget(room, user).await?;
        // It has left this process before anybody hears that they have left.
        self.bus.flush().await;
        Ok(())
    }

    async fn write_end(&self, room: RoomId, user: UserId, now: DateTime<Utc>) -> Outcome<Option<Moved>> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Some(rev) = lock(db, room).await? else { return Ok(None) };
            let rev = match take_out(db, room, user, rev.next(), now).await? {
                true => Some(rev.next()),
                // Left before: whoever ended it may have died before it was told.
                false => former_members::table
                    .find((room, user))
                    .select(former_members::rev)
                    .first(db)
                    .await
                    .optional()?,
            };
            let Some(rev) = rev else { return Ok(None) };
            Ok(Some(Moved { rev, gone: gone(db, room).await? }))
        })
        .await
    }

    /// Those who left first: what is told to the room then does not reach them.
    fn announce_leave(&self, room: RoomId, user: UserId, moved: Moved) {
        let frame = Bytes::from(ServerFrame::Left { room }.encode());
        self.bus.publish(&Notice::Left { user, room, rev: moved.rev, frame });
        self.announce_members(room, moved);
    }

    /// Tells a room who is gone.
    pub(super) fn announce_members(&self, room: RoomId, Moved { rev, gone }: Moved) {
        let change = Change { room, rev, item: Item::Members { gone } };
        let frame = Bytes::from(ServerFrame::Change(change).encode());
        self.bus.publish(&Notice::Room { room, rev: Some(rev), frame });
    }
}

/// Locks a room: its numbers, and with them who is a member.
pub(crate) async fn lock(db: &mut AsyncPgConnection, room: RoomId) -> Outcome<Option<Rev>> {
    Ok(rooms::table.find(room).select(rooms::rev).for_update().first(db).await.optional()?)
}

pub(crate) async fn raise(db: &mut AsyncPgConnection, room: RoomId, rev: Rev) -> QueryResult<()> {
    diesel::update(rooms::table.find(room)).set(rooms::rev.eq(rev)).execute(db).await?;
    Ok(())
}

/// Says whether they were a member.
async fn take_out(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    rev: Rev,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    type Member = (DateTime<Utc>, Seq, Seq);
    let member: Option<Member> = diesel::delete(members::table.find((room, user)))
        .returning((members::joined_at, members::delivered_seq, members::read_seq))
        .get_result(db)
        .await
        .optional()?;
    let Some((joined_at, delivered, read)) = member else { return Ok(false) };
    diesel::insert_into(former_members::table)
        .values((
            former_members::room_id.eq(room),
            former_members::user_id.eq(user),
            former_members::joined_at.eq(joined_at),
            former_members::left_at.eq(now),
            former_members::rev.eq(rev),
            former_members::delivered_seq.eq(delivered),
            former_members::read_seq.eq(read),
        ))
        .execute(db)
        .await?;
    raise(db, room, rev).await?;
    Ok(true)
}

/// Those who have left a room, as many as come with it.
pub(super) async fn gone(db: &mut AsyncPgConnection, room: RoomId) -> QueryResult<Vec<UserId>> {
    let left = former_members::table.filter(former_members::room_id.eq(room));
    let some = left.order((former_members::joined_at, former_members::user_id)).limit(PEOPLE);
    some.select(former_members::user_id).load(db).await
}
