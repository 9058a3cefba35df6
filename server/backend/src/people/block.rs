//! Blocking a person.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Error, Result, UserId, limits::BLOCKED};

use super::find::exists;
use crate::{
    Backend, SignedIn,
    database::schema::blocks,
    failure::Outcome,
    membership::{Ended, Visibility, end},
    rate_limit::Limit,
    rooms::{LockedRoom, Pair, run_to_end},
};

impl Backend {
    /// From now on nothing that this person writes in the chat of the two reaches whoever blocks them. They
    /// do not learn of it: they write on, to somebody who seems to be away. Twice is once.
    ///
    /// # Errors
    /// `invalid` for oneself, and after [`BLOCKED`] people; `not_found` for nobody; `rate_limited`; `unavailable`, as from
    /// [`Backend::leave`].
    pub async fn block(&self, who: &SignedIn, person: UserId) -> Result<()> {
        let me = who.user();
        let pair =
            Pair::of(me, person).ok_or_else(|| Error::invalid("person", "You cannot block yourself."))?;
        self.limits.check(Limit::Membership, me).await?;
        let backend = self.clone();
        run_to_end(async move { backend.block_and_publish(me, person, pair).await }).await
    }

    async fn block_and_publish(&self, me: UserId, person: UserId, pair: Pair) -> Result<()> {
        match self.write_block(me, person, pair).await? {
            Some(ended) => self.publish_end(ended).await,
            None => Ok(()),
        }
    }

    /// The block, and the end of a membership if there is one, are one step: nobody is let in between.
    async fn write_block(&self, me: UserId, person: UserId, pair: Pair) -> Outcome<Option<Ended>> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            pair.lock(db).await?;
            if !exists(db, person).await? {
                return Err(Error::not_found("person").into());
            }
            let own = blocks::table.filter(blocks::blocker_id.eq(me).and(blocks::blocked_id.ne(person)));
            if own.count().get_result::<i64>(db).await? >= BLOCKED {
                return Err(Error::invalid("person", format!("One can block {BLOCKED} people.")).into());
            }
            diesel::insert_into(blocks::table)
                .values((blocks::blocker_id.eq(me), blocks::blocked_id.eq(person), blocks::at.eq(now)))
                .on_conflict_do_nothing()
                .execute(db)
                .await?;
            let Some(room) = pair.room(db).await? else { return Ok(None) };
            // Before it is ended, but not before it is certain that there is no other.
            self.members.forget(room, me).await?;
            match LockedRoom::lock(db, room).await? {
                Some(room) => end(room, me, Visibility::Hidden, now).await,
                None => Ok(None),
            }
        })
        .await
    }
}
