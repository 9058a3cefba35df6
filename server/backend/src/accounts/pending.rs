//! Sign-ups that wait for their code.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{
    Error, RegistrationId,
    accounts::Registration,
    limits::{CODE_AGAIN_SECONDS, CODE_TRIES},
};

use super::code::Code;
use crate::{
    Backend,
    clock::timestamp,
    database::schema::{registrations, users},
    failure::Outcome,
    jobs::{SendExistingAccount, SendVerification},
    rate_limit::{Key, Limit},
    secret::Secret,
};

/// Codes mailed for one sign-up.
const MAX_CODES: i32 = 5;

/// A row of `registrations`.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations)]
pub(crate) struct Pending {
    pub(crate) id: RegistrationId,
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password_hash: String,
    pub(crate) tries: i32,
    pub(crate) codes_sent: i32,
    pub(crate) code_sent_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) created_at: DateTime<Utc>,
}

impl Pending {
    /// A sign-up that is not over.
    pub(crate) async fn find(
        conn: &mut AsyncPgConnection,
        id: RegistrationId,
        now: DateTime<Utc>,
    ) -> QueryResult<Option<Self>> {
        let running = registrations::table.find(id).filter(registrations::expires_at.gt(now));
        running.select(Self::as_select()).first(conn).await.optional()
    }

    /// The one that holds a username.
    pub(super) async fn holding(
        conn: &mut AsyncPgConnection,
        username: &str,
        now: DateTime<Utc>,
    ) -> QueryResult<Option<Self>> {
        let holding = registrations::table
            .filter(registrations::username.eq(username).and(registrations::expires_at.gt(now)));
        holding.select(Self::as_select()).first(conn).await.optional()
    }

    /// The newest code; the ones before it are worth nothing.
    pub(crate) fn code(&self, secret: &Secret) -> Code {
        Code::new(secret, self.id, self.codes_sent, &self.email)
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.tries >= CODE_TRIES
    }

    /// From when on another code may be asked for; at the end of the sign-up after the last one.
    pub(super) fn again_at(&self) -> DateTime<Utc> {
        if self.codes_sent >= MAX_CODES {
            return self.expires_at;
        }
        (self.code_sent_at + TimeDelta::seconds(CODE_AGAIN_SECONDS)).min(self.expires_at)
    }

    /// What the person who signs up may see of it.
    pub(super) fn public(&self) -> Registration {
        Registration {
            id: self.id,
            email: self.email.clone(),
            expires_at: timestamp(self.expires_at),
            again_at: timestamp(self.again_at()),
        }
    }
}

impl Backend {
    /// Queues the mail for a sign-up's newest code: the code itself, or, to an address that has an
    /// account, a word about that.
    pub(super) async fn queue_code(&self, conn: &mut AsyncPgConnection, pending: &Pending) -> Outcome<()> {
        self.limits.check(Limit::MailTo, Key::text(&pending.email)).await?;
        let account = users::table.filter(users::email.eq(&pending.email));
        let (registration, number) = (pending.id, pending.codes_sent);
        if diesel::select(diesel::dsl::exists(account)).get_result(conn).await? {
            return self.jobs.enqueue(conn, &SendExistingAccount { registration, number }).await;
        }
        self.jobs.enqueue(conn, &SendVerification { registration, number }).await
    }
}

/// The sign-up is unknown, finished or over.
pub(super) fn gone() -> Error {
    Error { message: "This sign-up is over. Please start again.".into(), ..Error::not_found("sign-up") }
}
