//! Taking somebody out of a group.

use diesel_async::AsyncConnection;
use model::{Error, Result, RoomId, UserId};

use super::{admin::Admin, leave::End};
use crate::{Backend, SignedIn, failure::Outcome, rate_limit::Limit};

impl Backend {
    /// Takes a person out of a group: to them it is as if they had left. Whoever is not there is not
    /// removed, which is no error.
    ///
    /// # Errors
    /// `not_found` to all but the room's members, `forbidden` to all but its admins; `invalid` with oneself;
    /// `rate_limited`; `unavailable`, as from [`Backend::leave`].
    pub async fn remove(&self, who: &SignedIn, room: RoomId, person: UserId) -> Result<()> {
        let end = End { room, user: person, by: who.user() };
        if end.user == end.by {
            return Err(Error::invalid("person", "To go yourself, leave the chat."));
        }
        self.limits.check(Limit::Membership, who.user()).await?;
        // Looked at before, too: nobody else makes the nodes forget a membership.
        self.require_admin(room, who.user()).await?;
        let backend = self.clone();
        self.change_room(room, async move { backend.end_membership(end).await.map(drop) }).await
    }

    async fn require_admin(&self, room: RoomId, user: UserId) -> Outcome<()> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| Admin::lock(db, room, user).await.map(drop)).await
    }
}
