use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Error, Result};

use super::Origin;
use crate::{Backend, database::schema::users, failure::Outcome, names, rate_limit::Limit};

impl Backend {
    /// Whether somebody could sign up with this username now. A sign-up that waits for its code does not
    /// hold it.
    ///
    /// # Errors
    /// It breaks a rule, or belongs to an account.
    pub async fn username_free(&self, username: &str, from: &Origin) -> Result<()> {
        let username = names::username(username)?;
        self.limits.check(Limit::Lookup, from.address).await?;
        Ok(self.check_username(&username).await?)
    }

    async fn check_username(&self, username: &str) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        refuse_taken(&mut conn, username).await
    }
}

/// Refuses a username that belongs to an account.
pub(super) async fn refuse_taken(conn: &mut AsyncPgConnection, username: &str) -> Outcome<()> {
    let account = users::table.filter(users::username.eq(username));
    match diesel::select(diesel::dsl::exists(account)).get_result(conn).await? {
        true => Err(Error::taken("username", "This username is taken. Choose another.").into()),
        false => Ok(()),
    }
}
