use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Code, Error, Result, UserId, accounts};

use super::{Origin, password};
use crate::{
    Backend,
    database::schema::users,
    failure::Outcome,
    rate_limit::{Key, Limit},
    sessions::NewSession,
};

/// What names an account.
enum Login {
    Username(String),
    Email(String),
}

impl Backend {
    /// Signs in by username or e-mail address.
    ///
    /// # Errors
    /// [`Code::WrongCredentials`] alike, and after the same time, for an account that does not
    /// exist and for a wrong password; [`Code::RateLimited`].
    pub async fn sign_in(&self, login: &str, password: &str, from: &Origin) -> Result<NewSession> {
        self.limits.check(Limit::SignInAddress, from.address).await?;
        let login = Login::parse(login);
        self.limits.check(Limit::SignInAccount, login.as_ref().map_or(Key::text(""), Login::key)).await?;
        let account = match &login {
            Some(login) => self.account(login).await?,
            None => None,
        };
        let (user, hash) = account.unzip();
        let right = password::matches(password.to_owned(), hash).await?;
        match user.filter(|_| right) {
            Some(user) => Ok(self.begin_session(user, from).await?),
            None => Err(Error::new(Code::WrongCredentials, "The name or the password is wrong.")),
        }
    }

    async fn account(&self, login: &Login) -> Outcome<Option<(UserId, String)>> {
        let mut conn = self.db.get().await?;
        let query = users::table.select((users::id, users::password_hash)).into_boxed();
        let query = match login {
            Login::Username(username) => query.filter(users::username.eq(username)),
            Login::Email(email) => query.filter(users::email.eq(email)),
        };
        Ok(query.first(&mut conn).await.optional()?)
    }

    async fn begin_session(&self, user: UserId, from: &Origin) -> Outcome<NewSession> {
        let mut conn = self.db.get().await?;
        self.start_session(&mut conn, user, from).await
    }
}

impl Login {
    /// `None` for what cannot be anybody's name. A username may be written `@like.this`.
    fn parse(text: &str) -> Option<Self> {
        if text.trim().trim_start_matches('@').contains('@') {
            return accounts::email(text).ok().map(Self::Email);
        }
        accounts::username(text).ok().map(Self::Username)
    }

    fn key(&self) -> Key {
        match self {
            Self::Username(text) | Self::Email(text) => Key::text(text),
        }
    }
}
