use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Error, RegistrationId, Result, accounts::Registration};

use super::{Origin, Pending, pending::gone};
use crate::{Backend, database::schema::registrations, failure::Outcome, rate_limit::Limit};

impl Backend {
    /// Mails another code, with tries of its own; the one before is then worth nothing. The time of
    /// the sign-up does not begin anew.
    ///
    /// # Errors
    /// Too soon, too many, or the sign-up is over.
    pub async fn resend_code(&self, id: RegistrationId, from: &Origin) -> Result<Registration> {
        self.limits.check(Limit::Register, from.address).await?;
        let pending = self.renew_code(id, from).await?;
        self.jobs.wake();
        Ok(pending.public())
    }

    async fn renew_code(&self, id: RegistrationId, from: &Origin) -> Outcome<Pending> {
        let mut conn = self.db.get().await?;
        conn.transaction(async |conn| {
            let now = self.clock.now();
            let row = registrations::table.find(id).select(Pending::as_select()).for_update();
            let pending = row.first(conn).await.optional()?.filter(|pending| pending.expires_at > now);
            let mut pending = pending.ok_or_else(gone)?;
            let wait = (pending.again_at() - now).num_milliseconds();
            // A code from the future: the clock was set back, and nobody is made to wait for it.
            if wait > 0 && pending.code_sent_at <= now {
                return Err(Error::rate_limited(u32::try_from(wait).unwrap_or(u32::MAX)).into());
            }
            pending.code_sent_at = now;
            // Without a mail the code that was mailed stays the newest, and gets no tries on top.
            let mailed = self.may_mail(&pending.email, from).await?;
            if mailed {
                pending.codes_sent += 1;
                pending.tries = 0;
            }
            diesel::update(registrations::table.find(id))
                .set((
                    registrations::codes_sent.eq(pending.codes_sent),
                    registrations::code_sent_at.eq(now),
                    registrations::tries.eq(pending.tries),
                ))
                .execute(conn)
                .await?;
            if mailed {
                self.queue_code(conn, &pending).await?;
            }
            Ok(pending)
        })
        .await
    }
}
