//! Leaving a room, or being removed from it.

use diesel_async::AsyncConnection;
use model::{Error, Result, RoomId, UserId};

use super::{admin::Admin, lock::LockedRoom};
use crate::{
    Backend, SignedIn,
    failure::Outcome,
    membership::{Ended, Visibility, end, unopen},
    rate_limit::Limit,
};

/// A membership that is to end, and the user who ends it: its own, or an admin.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) room: RoomId,
    pub(super) user: UserId,
    pub(super) by: UserId,
}

impl Backend {
    /// Ends a membership: nothing of the room reaches any device of this person any more, and nothing of
    /// theirs the room. What they wrote stays, and so do their marks. Leaving twice is leaving once. When
    /// the last active admin of a group leaves, another member becomes one: see `membership/succession.rs`.
    ///
    /// # Errors
    /// `not_found` to whoever never was a member; `rate_limited`; `unavailable`, also while it cannot be
    /// made known to the other nodes, who would go on to take messages.
    pub async fn leave(&self, who: &SignedIn, room: RoomId) -> Result<()> {
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, user) = (self.clone(), who.user());
        let end = async move { backend.end_membership(End { room, user, by: user }).await };
        if self.change_room(room, end).await? { Ok(()) } else { Err(Error::not_found("chat")) }
    }

    /// Forgets the membership before and after, as the promise of [`crate::cache::Cache`] asks. Says whether
    /// there was one, now or before.
    pub(super) async fn end_membership(&self, end: End) -> Result<bool> {
        self.members.forget(end.room, end.user).await?;
        let Some(ended) = self.write_end(end).await? else { return Ok(false) };
        self.publish_end(ended).await?;
        Ok(true)
    }

    async fn write_end(&self, End { room, user, by }: End) -> Outcome<Option<Ended>> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let room = match by == user {
                true => LockedRoom::lock(db, room).await?,
                false => Some(Admin::lock(db, room, by).await?.0),
            };
            let Some(mut room) = room else { return Ok(None) };
            if let Some(ended) = unopen(&mut room, user).await? {
                return Ok(Some(ended));
            }
            end(room, user, Visibility::Public, now).await
        })
        .await
    }
}
