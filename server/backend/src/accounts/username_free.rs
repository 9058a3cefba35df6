use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Error, Result, accounts};

use super::{Origin, Pending};
use crate::{Backend, database::schema::users, failure::Outcome, rate_limit::Limit};

impl Backend {
    /// Whether somebody could sign up with this username now.
    ///
    /// # Errors
    /// It breaks a rule, or belongs to somebody.
    pub async fn username_free(&self, username: &str, from: &Origin) -> Result<()> {
        let username = accounts::username(username)?;
        self.limits.check(Limit::Lookup, from.address).await?;
        Ok(self.check_username(&username).await?)
    }

    async fn check_username(&self, username: &str) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        refuse_taken(&mut conn, username).await?;
        match Pending::holding(&mut conn, username, self.clock.now()).await? {
            Some(_) => Err(taken().into()),
            None => Ok(()),
        }
    }
}

/// Refuses a username that belongs to an account.
pub(super) async fn refuse_taken(conn: &mut AsyncPgConnection, username: &str) -> Outcome<()> {
    let account = users::table.filter(users::username.eq(username));
    match diesel::select(diesel::dsl::exists(account)).get_result(conn).await? {
        true => Err(taken().into()),
        false => Ok(()),
    }
}

pub(super) fn taken() -> Error {
    Error::taken("username", "This username is taken. Choose another.")
}
