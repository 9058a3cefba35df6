//! Whom somebody has blocked.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Person, Result, UserId};

use crate::{
    Backend, SignedIn,
    database::schema::{blocks, users},
    failure::Outcome,
    rate_limit::Limit,
};

impl Backend {
    /// Whom a person has blocked, the newest first.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn blocked(&self, who: &SignedIn) -> Result<Vec<Person>> {
        self.limits.check(Limit::Read, who.user()).await?;
        Ok(self.blocked_by(who.user()).await?)
    }

    async fn blocked_by(&self, user: UserId) -> Outcome<Vec<Person>> {
        let mut db = self.db.get().await?;
        let blocked = blocks::table.inner_join(users::table).filter(blocks::blocker_id.eq(user));
        let newest_first = blocked.order((blocks::at.desc(), blocks::blocked_id));
        let rows = newest_first.select((users::id, users::username, users::name)).load(&mut db).await?;
        Ok(rows.into_iter().map(|(id, username, name)| Person { id, username, name }).collect())
    }
}

/// The name of `person`, if `by` has blocked them.
pub(crate) async fn blocked_name(
    db: &mut AsyncPgConnection,
    by: UserId,
    person: UserId,
) -> QueryResult<Option<String>> {
    let block = blocks::table.inner_join(users::table).filter(blocks::blocker_id.eq(by));
    let block = block.filter(blocks::blocked_id.eq(person));
    block.select(users::name).first(db).await.optional()
}
