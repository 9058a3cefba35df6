//! Signing up.
//!
//! A pending sign-up holds nothing: several people may sign up with the same username, each with a code
//! of their own, and it belongs to the first who confirms. So nobody can end, change or hold up another
//! person's sign-up, whatever they know of it. The same form sent again (the username, the address and the
//! password) is answered with the sign-up that is there, and its code stays good.

use chrono::TimeDelta;
use diesel::{prelude::*, sql_types::Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{
    RegistrationId, Result,
    accounts::{self, Registration},
    limits::CODE_SECONDS,
};
use unicode_normalization::UnicodeNormalization;

use super::{Origin, Pending, SignUp, email::email, guesses::Guesses, password, username_free::refuse_taken};
use crate::{Backend, database::schema::registrations, failure::Outcome, names, rate_limit::Limit};

/// What a form turns out to be.
enum Form {
    /// The same as before.
    Again(Pending),
    /// A new sign-up; `newest` is the newest one with its username and address.
    New { newest: Option<RegistrationId> },
}

impl Backend {
    /// Begins to sign up and mails a code. Tells nobody whether the address has an account.
    ///
    /// # Errors
    /// A field breaks a rule, the username belongs to an account, or it was too often.
    pub async fn register(&self, form: SignUp, from: &Origin) -> Result<Registration> {
        self.limits.check(Limit::Register, from.address).await?;
        let form = form.checked().await?;
        let pending = self.store_sign_up(&form, from).await?;
        self.jobs.wake();
        Ok(pending.public())
    }

    async fn store_sign_up(&self, form: &SignUp, from: &Origin) -> Outcome<Pending> {
        let mut hashed = None;
        // Again when somebody sent the same form at the same time: theirs may be the same sign-up.
        loop {
            let newest = match self.compare(form, from).await? {
                Form::Again(pending) => return Ok(pending),
                Form::New { newest } => newest,
            };
            let password_hash = match hashed.take() {
                Some(hash) => hash,
                None => password::hash(form.password.clone()).await?,
            };
            let pending = self.new_pending(form, password_hash);
            if self.insert(&pending, newest, from).await? {
                return Ok(pending);
            }
            hashed = Some(pending.password_hash);
        }
    }

    fn new_pending(&self, form: &SignUp, password_hash: String) -> Pending {
        let now = self.clock.now();
        Pending {
            id: RegistrationId::new(),
            username: form.username.clone(),
            name: form.name.clone(),
            email: form.email.clone(),
            password_hash,
            tries: 0,
            codes_sent: 1,
            code_sent_at: now,
            expires_at: now + TimeDelta::seconds(CODE_SECONDS),
            created_at: now,
        }
    }

    /// Holds no connection while passwords are hashed.
    async fn compare(&self, form: &SignUp, from: &Origin) -> Outcome<Form> {
        let mut conn = self.db.get().await?;
        refuse_taken(&mut conn, &form.username).await?;
        let known = Pending::newest(&mut conn, &form.username, &form.email, self.clock.now()).await?;
        drop(conn);
        let Some(known) = known else { return Ok(Form::New { newest: None }) };
        let newest = Some(known.id);
        // Somebody who guesses the password of a sign-up is not refused either, but learns nothing.
        let guesses = Guesses::at(&known.id.to_string(), from);
        if known.is_exhausted() || !self.may_guess(&guesses).await? {
            return Ok(Form::New { newest });
        }
        if !password::matches(form.password.clone(), Some(known.password_hash.clone())).await? {
            return Ok(Form::New { newest });
        }
        self.give_back(&guesses).await;
        Ok(Form::Again(known))
    }

    /// False, and nothing is written, if `newest` is not the newest sign-up with this username and address
    /// any more.
    async fn insert(
        &self,
        pending: &Pending,
        newest: Option<RegistrationId>,
        from: &Origin,
    ) -> Outcome<bool> {
        let mut conn = self.db.get().await?;
        conn.transaction(async |conn| {
            lock(conn, pending).await?;
            let known = Pending::newest(conn, &pending.username, &pending.email, pending.created_at).await?;
            if known.map(|known| known.id) != newest {
                return Ok(false);
            }
            diesel::insert_into(registrations::table).values(pending).execute(conn).await?;
            if self.may_mail(&pending.email, from).await? {
                self.queue_code(conn, pending).await?;
            }
            Ok(true)
        })
        .await
    }
}

/// Until the end of the transaction nobody else signs up with this username and this address.
async fn lock(conn: &mut AsyncPgConnection, pending: &Pending) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('sign-up.' || $1 || ' ' || $2, 0))")
        .bind::<Text, _>(&pending.username)
        .bind::<Text, _>(&pending.email)
        .execute(conn)
        .await?;
    Ok(())
}

impl SignUp {
    /// The form in the one way in which its parts are stored.
    async fn checked(self) -> Outcome<Self> {
        let email = email(&self.email)?;
        let username = names::username(&self.username)?;
        let name = names::display_name(&self.name)?;
        let password: String = self.password.nfc().collect();
        accounts::password(&password, &username)?;
        let local = email.split('@').next().unwrap_or_default();
        password::refuse_weak(&password, &[&username, &name, &email, local]).await?;
        Ok(Self { email, username, name, password })
    }
}
