//! Signing up.
//!
//! A pending sign-up holds its username for ten minutes, and nobody but who began it can touch it:
//! the password is the proof. With it, the same form is answered with the same sign-up (its code
//! stays good), and a corrected address replaces it. Either way the ten minutes go on running from
//! the first form, so that a username cannot be held for longer by repeating it. Without the
//! password the username is taken, whatever address stands beside it: a stranger who knows
//! somebody's address and username can neither stop that sign-up nor slip a password into it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{
    Error, RegistrationId, Result,
    accounts::{self, Registration},
    limits::CODE_SECONDS,
};

use super::{
    Origin, Pending, SignUp, password,
    username_free::{refuse_taken, taken},
};
use crate::{
    Backend,
    database::schema::registrations,
    failure::{Failure, Outcome, violated},
    rate_limit::{Key, Limit},
};

/// What a form turns out to be.
enum Place {
    /// The same form again.
    Same(Pending),
    /// A new sign-up, in the place of the one it corrects.
    New { until: DateTime<Utc>, replaces: Option<RegistrationId> },
}

impl Backend {
    /// Begins to sign up and mails a code. Tells nobody whether the address has an account.
    ///
    /// # Errors
    /// A field breaks a rule, the username belongs to somebody, or it was too often.
    pub async fn register(&self, form: SignUp, from: &Origin) -> Result<Registration> {
        let form = form.checked()?;
        self.limits.check(Limit::Register, from.address).await?;
        let pending = match self.store_sign_up(&form).await {
            // The same form twice at the same time: now the other one is there to be found.
            Err(Failure::Database(error)) if holds_username(&error) => {
                self.store_sign_up(&form).await.map_err(|failure| match failure {
                    Failure::Database(error) if holds_username(&error) => taken().into(),
                    other => other,
                })?
            }
            result => result?,
        };
        self.jobs.wake();
        Ok(pending.public())
    }

    async fn store_sign_up(&self, form: &SignUp) -> Outcome<Pending> {
        let (until, replaces) = match self.place(form).await? {
            Place::Same(pending) => return Ok(pending),
            Place::New { until, replaces } => (until, replaces),
        };
        let password_hash = password::hash(form.password.clone()).await?;
        let now = self.clock.now();
        let pending = Pending {
            id: RegistrationId::new(),
            username: form.username.clone(),
            name: form.name.clone(),
            email: form.email.clone(),
            password_hash,
            tries: 0,
            codes_sent: 1,
            code_sent_at: now,
            expires_at: until,
            created_at: now,
        };
        self.insert(&pending, replaces).await?;
        Ok(pending)
    }

    /// Holds no connection while passwords are hashed.
    async fn place(&self, form: &SignUp) -> Outcome<Place> {
        let now = self.clock.now();
        let mut conn = self.db.get().await?;
        refuse_taken(&mut conn, &form.username).await?;
        let held = Pending::holding(&mut conn, &form.username, now).await?;
        drop(conn);
        let Some(held) = held else {
            return Ok(Place::New { until: now + TimeDelta::seconds(CODE_SECONDS), replaces: None });
        };
        self.limits.check(Limit::SignInAccount, Key::text(&form.username)).await?;
        if !password::matches(form.password.clone(), Some(held.password_hash.clone())).await? {
            return Err(held_by_somebody().into());
        }
        if held.email == form.email && !held.is_exhausted() {
            return Ok(Place::Same(held));
        }
        Ok(Place::New { until: held.expires_at, replaces: Some(held.id) })
    }

    async fn insert(&self, pending: &Pending, replaces: Option<RegistrationId>) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        conn.transaction(async |conn| {
            let over = registrations::expires_at.le(pending.created_at);
            let same_name = registrations::username.eq(&pending.username);
            diesel::delete(registrations::table.filter(same_name.and(over))).execute(conn).await?;
            if let Some(id) = replaces {
                diesel::delete(registrations::table.find(id)).execute(conn).await?;
            }
            diesel::insert_into(registrations::table).values(pending).execute(conn).await?;
            self.queue_code(conn, pending).await
        })
        .await
    }
}

impl SignUp {
    fn checked(self) -> Result<Self> {
        let email = accounts::email(&self.email)?;
        let username = accounts::username(&self.username)?;
        let name = accounts::name(&self.name)?;
        accounts::password(&self.password, &username)?;
        Ok(Self { email, username, name, password: self.password })
    }
}

fn holds_username(error: &diesel::result::Error) -> bool {
    violated(error) == Some("registrations_username_key")
}

fn held_by_somebody() -> Error {
    Error::taken(
        "username",
        "Somebody is signing up with this username right now. If it is you, enter the code from your mail \
         or use the same password again. If not, choose another.",
    )
}
