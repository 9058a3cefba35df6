use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::UserId;
use serde::{Deserialize, Serialize};

use super::{Job, JobError};
use crate::{Backend, database::schema::users, mail};

/// Greets somebody whose account has just begun.
#[derive(Serialize, Deserialize)]
pub struct SendWelcome {
    pub user: UserId,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Newcomer {
    username: String,
    name: String,
    email: String,
    created_at: DateTime<Utc>,
}

impl Job for SendWelcome {
    const QUEUE: &'static str = "mail.welcome";
    const MAX_ATTEMPTS: i32 = 8;

    async fn run(self, backend: &Backend) -> Result<(), JobError> {
        let mut conn = backend.db.get().await?;
        let query = users::table.find(self.user).select(Newcomer::as_select());
        let newcomer = query.first(&mut conn).await.optional()?;
        drop(conn);
        let Some(newcomer) = newcomer else { return Ok(()) };
        let Newcomer { username, name, email, created_at } = newcomer;
        let mail = mail::welcome(self.user, created_at, &email, &name, &username);
        Ok(backend.mailer.send(mail).await?)
    }
}
