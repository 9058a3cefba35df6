//! Unblocking a person.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Result, UserId};

use crate::{Backend, SignedIn, database::schema::blocks, failure::Outcome, rate_limit::Limit, rooms::Pair};

impl Backend {
    /// Takes a block back. It alone brings nobody back into the chat: they open it for that. Whoever is not
    /// blocked stays so.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn unblock(&self, who: &SignedIn, person: UserId) -> Result<()> {
        self.limits.check(Limit::Membership, who.user()).await?;
        Ok(self.delete_block(who.user(), person).await?)
    }

    async fn delete_block(&self, me: UserId, person: UserId) -> Outcome<()> {
        let Some(pair) = Pair::of(me, person) else { return Ok(()) };
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            pair.lock(db).await?;
            diesel::delete(blocks::table.find((me, person))).execute(db).await?;
            Ok(())
        })
        .await
    }
}
