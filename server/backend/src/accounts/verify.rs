use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Code, Error, RegistrationId, Result, UserId, accounts::digit, limits::CODE_TRIES};

use super::{Origin, Pending, pending::gone};
use crate::{
    Backend,
    database::schema::{registrations, users},
    failure::{Failure, Outcome, violated},
    jobs::SendWelcome,
    rate_limit::Limit,
    sessions::NewSession,
};

impl Backend {
    /// Confirms the address: the account exists from here on, and is signed in.
    ///
    /// # Errors
    /// A wrong code; a username or an address that became somebody else's account meanwhile.
    pub async fn verify(&self, id: RegistrationId, code: &str, from: &Origin) -> Result<NewSession> {
        let digits = digits(code)?;
        self.limits.check(Limit::Lookup, from.address).await?;
        let pending = self.count_try(id).await?;
        if !pending.code(&self.secret).is(&digits) {
            return Err(wrong_code(&pending));
        }
        let session = self.open_account(&pending, from).await?;
        self.jobs.wake();
        Ok(session)
    }

    /// Counts a try before it is known whether it is right: of any number of guesses at the same
    /// time only [`CODE_TRIES`] get past here.
    async fn count_try(&self, id: RegistrationId) -> Outcome<Pending> {
        let now = self.clock.now();
        let mut conn = self.db.get().await?;
        let open = registrations::tries.lt(CODE_TRIES).and(registrations::expires_at.gt(now));
        let counted = diesel::update(registrations::table.find(id).filter(open))
            .set(registrations::tries.eq(registrations::tries + 1))
            .returning(Pending::as_returning())
            .get_result(&mut conn)
            .await
            .optional()?;
        if let Some(pending) = counted {
            return Ok(pending);
        }
        match Pending::find(&mut conn, id, now).await? {
            Some(pending) => Err(wrong_code(&pending).into()),
            None => Err(gone().into()),
        }
    }

    async fn open_account(&self, pending: &Pending, from: &Origin) -> Outcome<NewSession> {
        let mut conn = self.db.get().await?;
        conn.transaction(async |conn| {
            consume(conn, pending).await?;
            let user = UserId::new();
            diesel::insert_into(users::table)
                .values((
                    users::id.eq(user),
                    users::username.eq(&pending.username),
                    users::name.eq(&pending.name),
                    users::email.eq(&pending.email),
                    users::password_hash.eq(&pending.password_hash),
                    users::created_at.eq(self.clock.now()),
                ))
                .execute(conn)
                .await
                .map_err(belongs_to_somebody)?;
            self.jobs.enqueue(conn, &SendWelcome { user }).await?;
            self.start_session(conn, user, from).await
        })
        .await
    }
}

/// Uses the code up. Nothing to delete means that it was used, or replaced by a newer one.
async fn consume(conn: &mut AsyncPgConnection, pending: &Pending) -> Outcome<()> {
    let this_code = registrations::codes_sent.eq(pending.codes_sent);
    let used = diesel::delete(registrations::table.find(pending.id).filter(this_code)).execute(conn).await?;
    if used == 0 {
        return Err(wrong_code(pending).into());
    }
    Ok(())
}

/// The six digits, however they were copied.
fn digits(code: &str) -> Result<String> {
    let digits: String = code.chars().filter_map(digit).collect();
    if digits.len() != 6 {
        return Err(Error::invalid("code", "Enter the 6 digits from the mail."));
    }
    Ok(digits)
}

fn wrong_code(pending: &Pending) -> Error {
    if pending.is_exhausted() {
        let message = "The code was tried too often and is worth nothing now. Please sign up again.";
        return Error::new(Code::WrongCode, message);
    }
    Error::new(Code::WrongCode, "That is not the code from the newest mail.")
}

fn belongs_to_somebody(error: diesel::result::Error) -> Failure {
    match violated(&error) {
        Some("users_username_key") => Error::taken(
            "username",
            "Somebody else has just taken this username. Please sign up with another.",
        )
        .into(),
        Some("users_email_key") => {
            Error::taken("email", "There is an account for this address already. Please sign in.").into()
        }
        _ => error.into(),
    }
}
