use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::RegistrationId;
use serde::{Deserialize, Serialize};

use super::{Job, JobError};
use crate::{Backend, accounts::Pending, database::schema::users, mail};

/// Tells the owner of an address that somebody signed up with it again.
#[derive(Serialize, Deserialize)]
pub struct SendExistingAccount {
    pub registration: RegistrationId,
    /// Which of the codes that were asked for.
    pub number: i32,
}

impl Job for SendExistingAccount {
    const QUEUE: &'static str = "mail.existing-account";
    const MAX_ATTEMPTS: i32 = 5;

    async fn run(self, backend: &Backend) -> Result<(), JobError> {
        let mut conn = backend.db.get().await?;
        let Some(pending) = Pending::find(&mut conn, self.registration, backend.clock.now()).await? else {
            return Ok(());
        };
        let known = users::table.filter(users::email.eq(&pending.email)).select(users::username);
        let username = known.first::<String>(&mut conn).await.optional()?;
        drop(conn);
        let Some(username) = username else { return Ok(()) };
        let (at, to) = (pending.code_sent_at, &pending.email);
        let mail = mail::existing_account(pending.id, self.number, at, to, &username);
        Ok(backend.mailer.send(mail).await?)
    }
}
