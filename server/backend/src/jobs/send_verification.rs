use model::RegistrationId;
use serde::{Deserialize, Serialize};

use super::{Job, JobError};
use crate::{Backend, accounts::Pending, mail};

/// Mails the code that confirms an address.
#[derive(Serialize, Deserialize)]
pub struct SendVerification {
    pub registration: RegistrationId,
    /// Which of the codes for this sign-up.
    pub number: i32,
}

impl Job for SendVerification {
    const QUEUE: &'static str = "mail.verification";
    const MAX_ATTEMPTS: i32 = 5;

    async fn run(self, backend: &Backend) -> Result<(), JobError> {
        let now = backend.clock.now();
        let mut conn = backend.db.get().await?;
        let pending = Pending::find(&mut conn, self.registration, now).await?;
        drop(conn);
        // Confirmed, over, or replaced by a newer code: nobody waits for this mail any more.
        let Some(pending) = pending.filter(|pending| pending.codes_sent == self.number) else {
            return Ok(());
        };
        // A code mailed a moment after it was asked for is still good for the ten minutes that were said.
        let minutes = ((pending.expires_at - now).num_seconds() + 59).div_euclid(60).max(1);
        let mail = mail::verification(
            pending.id,
            self.number,
            pending.code_sent_at,
            &pending.email,
            &pending.code(&backend.secret).to_string(),
            minutes,
        );
        Ok(backend.mailer.send(mail).await?)
    }
}
