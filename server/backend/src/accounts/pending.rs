//! Sign-ups that wait for their code.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{
    Error, RegistrationId,
    accounts::Registration,
    limits::{CODE_AGAIN_SECONDS, CODE_TRIES},
};

use super::{Origin, code::Code};
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

    /// The newest sign-up with this username and this address.
    pub(super) async fn newest(
        conn: &mut AsyncPgConnection,
        username: &str,
        email: &str,
        now: DateTime<Utc>,
    ) -> QueryResult<Option<Self>> {
        let same = registrations::username.eq(username).and(registrations::email.eq(email));
        let running = registrations::table.filter(same.and(registrations::expires_at.gt(now)));
        running.order(registrations::id.desc()).select(Self::as_select()).first(conn).await.optional()
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
    /// Whether another mail about a sign-up may go to this address, and counts it. Otherwise the sign-up
    /// goes on in silence: a refusal would let anybody keep the owner of an address from signing up, and
    /// tell whether somebody else has tried.
    ///
    /// # Errors
    /// The counts cannot be reached.
    pub(super) async fn may_mail(&self, email: &str, from: &Origin) -> Outcome<bool> {
        let mailbox = mailbox(email);
        if !self.passes(Limit::MailFromNetwork, Key::from_site(&mailbox, from.address)).await? {
            return Ok(false);
        }
        // The first mail that a network asks for has a budget of its own, so that whoever uses up the common one keeps
        // nobody elsewhere from signing up.
        let first = self.passes(Limit::MailFirst, Key::from_site(&mailbox, from.address)).await?;
        Ok(first && self.passes(Limit::MailApart, Key::text(&mailbox)).await?
            || self.passes(Limit::MailTo, Key::text(&mailbox)).await?)
    }

    /// Counts a try; false if there were too many.
    pub(super) async fn passes(&self, limit: Limit, key: Key) -> model::Result<bool> {
        match self.limits.check(limit, key).await {
            Ok(()) => Ok(true),
            Err(error) if error.code == model::Code::RateLimited => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Queues the mail for a sign-up's newest code: the code itself, or, to an address that has an
    /// account, a word about that.
    pub(super) async fn queue_code(&self, conn: &mut AsyncPgConnection, pending: &Pending) -> Outcome<()> {
        let account = users::table.filter(users::email.eq(&pending.email));
        let (registration, number) = (pending.id, pending.codes_sent);
        if diesel::select(diesel::dsl::exists(account)).get_result(conn).await? {
            return self.jobs.enqueue(conn, &SendExistingAccount { registration, number }).await;
        }
        self.jobs.enqueue(conn, &SendVerification { registration, number }).await
    }
}

/// The mailbox that an address most likely reaches: many providers ignore dots, and what follows a plus
/// sign, so that one mailbox has any number of addresses. For counting only.
fn mailbox(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    // Two names of one provider.
    let domain = if domain == "googlemail.com" { "gmail.com" } else { domain };
    let base = local.split('+').next().unwrap_or_default().replace('.', "");
    // `+49151…@sms.example` has nothing before its plus sign: each is a mailbox.
    let base = if base.is_empty() { local } else { &base };
    format!("{base}@{domain}")
}

/// The sign-up is unknown, finished or over.
pub(super) fn gone() -> Error {
    Error { message: "This sign-up is over. Please start again.".into(), ..Error::not_found("sign-up") }
}

#[cfg(test)]
mod tests {
    use super::mailbox;

    #[test]
    fn spellings_of_one_mailbox_are_counted_together() {
        for spelling in ["ada.king@example.org", "adaking+news@example.org", "a.d.a.king+x.y+z@example.org"] {
            assert_eq!(mailbox(spelling), "adaking@example.org", "{spelling}");
        }
        assert_ne!(mailbox("ada@example.org"), mailbox("ada@example.com"));
        assert_ne!(mailbox("+1@sms.example"), mailbox("+2@sms.example"));
        assert_eq!(mailbox("a.da+x@googlemail.com"), mailbox("ada@gmail.com"));
    }
}
