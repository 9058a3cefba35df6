use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::{Job, JobError};
use crate::{Backend, database::schema::registrations};

/// Deletes sign-ups whose code is over.
#[derive(Serialize, Deserialize)]
pub struct CleanRegistrations {}

impl Job for CleanRegistrations {
    const QUEUE: &'static str = "cleanup.registrations";
    const MAX_ATTEMPTS: i32 = 3;

    async fn run(self, backend: &Backend) -> Result<(), JobError> {
        let mut conn = backend.db.get().await?;
        let over = registrations::expires_at.le(backend.clock.now());
        let gone = diesel::delete(registrations::table.filter(over)).execute(&mut conn).await?;
        tracing::debug!(gone, "expired sign-ups deleted");
        Ok(())
    }
}
