//! Leaving a room, or being removed from it: the end of a membership.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types::Uuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Error, Result, RoomId, RoomKind, Seq, UserId};

use super::{
    admin::Admin,
    announce::to_its_end,
    lock::{Locked, Moved},
};
use crate::{
    Backend, SignedIn,
    database::schema::{former_members, members},
    failure::Outcome,
    rate_limit::Limit,
};

/// A membership that is to end, and who ends it: they themselves, or an admin.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) room: RoomId,
    pub(super) user: UserId,
    pub(super) by: UserId,
}

impl Backend {
    /// Ends a membership: nothing of the room reaches any device of this person any more, and nothing of
    /// theirs the room. What they wrote stays, and so do their marks. Leaving twice is leaving once. When
    /// the last admin of a group leaves, whoever has been there longest is one.
    ///
    /// # Errors
    /// `not_found` to whoever never was a member; `rate_limited`; `unavailable`, also while it cannot be
    /// made known to the other nodes, who would go on to take messages.
    pub async fn leave(&self, who: &SignedIn, room: RoomId) -> Result<()> {
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, user) = (self.clone(), who.user());
        let ended = to_its_end(async move { backend.end_membership(End { room, user, by: user }).await });
        if ended.await? { Ok(()) } else { Err(Error::not_found("chat")) }
    }

    /// Forgets the membership twice, as the promise of [`crate::cache::Cache`] asks. Says whether there was
    /// one, now or before.
    pub(super) async fn end_membership(&self, end: End) -> Result<bool> {
        let End { room, user, .. } = end;
        self.members.forget(room, user).await?;
        let now = self.clock.now();
        let Some(moved) = self.write_end(end, now).await? else { return Ok(false) };
        self.announce_leave(room, user, moved);
        self.members.forget(room, user).await?;
        // It has left this process before anybody hears that they have left.
        self.bus.flush().await;
        Ok(true)
    }

    async fn write_end(&self, End { room, user, by }: End, now: DateTime<Utc>) -> Outcome<Option<Moved>> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let room = match by == user {
                true => Locked::lock(db, room).await?,
                false => Some(Admin::of(db, room, by).await?.0),
            };
            let Some(room) = room else { return Ok(None) };
            take_out(room, user, now).await
        })
        .await
    }
}

/// `None` if they never were a member.
async fn take_out(mut room: Locked<'_>, user: UserId, now: DateTime<Utc>) -> Outcome<Option<Moved>> {
    type Member = (DateTime<Utc>, Seq, Seq);
    let member: Option<Member> = diesel::delete(members::table.find((room.id, user)))
        .returning((members::joined_at, members::delivered_seq, members::read_seq))
        .get_result(room.db)
        .await
        .optional()?;
    let Some((joined_at, delivered, read)) = member else { return left_before(room, user).await };
    diesel::insert_into(former_members::table)
        .values((
            former_members::room_id.eq(room.id),
            former_members::user_id.eq(user),
            former_members::joined_at.eq(joined_at),
            former_members::left_at.eq(now),
            former_members::rev.eq(room.next()),
            former_members::delivered_seq.eq(delivered),
            former_members::read_seq.eq(read),
        ))
        .execute(room.db)
        .await?;
    if room.kind == RoomKind::Group {
        hand_over(&mut room).await?;
    }
    Ok(Some(room.change().await?))
}

/// Whoever ended the membership may have died before it was told.
async fn left_before(mut room: Locked<'_>, user: UserId) -> Outcome<Option<Moved>> {
    let left = former_members::table.find((room.id, user)).select(former_members::rev);
    match left.first(room.db).await.optional()? {
        Some(rev) => Ok(Some(room.moved(rev).await?)),
        None => Ok(None),
    }
}

/// A group without an admin gets one: whoever has been there longest.
async fn hand_over(group: &mut Locked<'_>) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE members SET role = 'admin' \
         WHERE NOT EXISTS (SELECT FROM members WHERE room_id = $1 AND role = 'admin') \
             AND (room_id, user_id) = ( \
                 SELECT room_id, user_id FROM members WHERE room_id = $1 ORDER BY joined_at, user_id LIMIT 1)",
    )
    .bind::<Uuid, _>(group.id)
    .execute(group.db)
    .await?;
    Ok(())
}
