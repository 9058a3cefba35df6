use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::{Job, JobError};
use crate::{Backend, database::schema::sessions};

/// How long an ended session is kept, for whoever looks into what happened.
const KEEP_ENDED: TimeDelta = TimeDelta::days(30);

/// Deletes sessions that nothing can carry on any more.
#[derive(Serialize, Deserialize)]
pub struct CleanSessions {}

impl Job for CleanSessions {
    const QUEUE: &'static str = "cleanup.sessions";
    const MAX_ATTEMPTS: i32 = 3;

    async fn run(self, backend: &Backend) -> Result<(), JobError> {
        let now = backend.clock.now();
        let over = sessions::expires_at.le(now).or(sessions::ended_at.lt(now - KEEP_ENDED));
        let mut conn = backend.db.get().await?;
        let gone = diesel::delete(sessions::table.filter(over)).execute(&mut conn).await?;
        tracing::debug!(gone, "old sessions deleted");
        Ok(())
    }
}
