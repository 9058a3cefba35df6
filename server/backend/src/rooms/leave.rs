//! Leaving a room.

use diesel_async::AsyncConnection;
use model::{Error, Result, RoomId, UserId};

use super::{
    go::{Gone, go},
    locked::Manner,
};
use crate::{Backend, SignedIn, failure::Outcome, rate_limit::Limit};

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

    async fn end_membership(&self, room: RoomId, user: UserId) -> Result<()> {
        self.members.forget(room, user).await?;
        let gone = self.write_end(room, user).await?.ok_or_else(|| Error::not_found("chat"))?;
        self.announce_gone(gone).await
    }

    async fn write_end(&self, room: RoomId, user: UserId) -> Outcome<Option<Gone>> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| go(db, room, user, Manner::Told, now).await).await
    }
}
