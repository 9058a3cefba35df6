//! People whose ids are known, such as the senders of old messages.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Error, Person, Result, UserId, limits::PEOPLE_BY_ID};

use crate::{Backend, SignedIn, database::schema::users, failure::Outcome, rate_limit::Limit};

impl Backend {
    /// The users with these ids, in the order of their ids; unknown ids are left out.
    ///
    /// # Errors
    /// `invalid` with more than [`PEOPLE_BY_ID`] ids; `rate_limited`.
    pub async fn people_by_id(&self, who: &SignedIn, ids: &[UserId]) -> Result<Vec<Person>> {
        if ids.len() > PEOPLE_BY_ID {
            return Err(Error::invalid("people", format!("Ask for at most {PEOPLE_BY_ID} people.")));
        }
        self.limits.check(Limit::Lookup, who.user()).await?;
        Ok(self.users_by_id(ids).await?)
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Outcome<Vec<Person>> {
        let mut db = self.db.get().await?;
        let found = users::table.filter(users::id.eq_any(ids)).order(users::id);
        let rows = found.select((users::id, users::username, users::name)).load(&mut db).await?;
        Ok(rows.into_iter().map(|(id, username, name)| Person { id, username, name }).collect())
    }
}
