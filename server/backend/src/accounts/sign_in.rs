use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Code, Error, Result, UserId, accounts};

use super::{Origin, email::email, guesses::Guesses, password};
use crate::{Backend, database::schema::users, failure::Outcome, rate_limit::Limit, sessions::NewSession};

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
    /// exist and for a wrong password, and after too many of them for this account under another of its names;
    /// [`Code::RateLimited`] after too many wrong passwords for this name from this network.
    pub async fn sign_in(&self, login: &str, password: &str, from: &Origin) -> Result<NewSession> {
        let session = self.try_sign_in(login, password, from).await;
        if let Err(error) = &session
            && matches!(error.code, Code::WrongCredentials | Code::RateLimited)
        {
            // For tools that watch the log and close the door to an address. Not by which name: people type their
            // password there.
            tracing::warn!(address = %from.address, code = ?error.code, "a sign-in was refused");
        }
        session
    }

    async fn try_sign_in(&self, login: &str, password: &str, from: &Origin) -> Result<NewSession> {
        self.limits.check(Limit::SignInAddress, from.address).await?;
        let login = Login::parse(login);
        let account = match &login {
            Some(login) => self.account(login).await?,
            None => None,
        };
        let (user, hash) = account.unzip();
        // Counted before the password is compared, so that guesses at the same time are few, too.
        let typed = Guesses::at(login.as_ref().map_or("", Login::text), from);
        self.count_guess(&typed).await?;
        let known = user.map(|user| Guesses::at(&user.to_string(), from));
        // An account has one budget, however it is named. Where it is used up under the other name, the answer is that
        // of a wrong password, as for a name without an account: else it would tell that the two names are one person's.
        let may_guess = match &known {
            Some(known) => self.may_guess(known).await?,
            None => true,
        };
        let right = password::matches(password.to_owned(), hash).await? && may_guess;
        let Some(user) = user.filter(|_| right) else {
            return Err(wrong_credentials());
        };
        for guesses in [Some(typed), known].iter().flatten() {
            self.give_back(guesses).await;
        }
        Ok(self.begin_session(user, from).await?)
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
            return email(text).ok().map(Self::Email);
        }
        accounts::username(text).ok().map(Self::Username)
    }

    fn text(&self) -> &str {
        let (Self::Username(text) | Self::Email(text)) = self;
        text
    }
}

/// The answer to a wrong name or password.
pub fn wrong_credentials() -> Error {
    Error::new(Code::WrongCredentials, "The name or the password is wrong.")
}
