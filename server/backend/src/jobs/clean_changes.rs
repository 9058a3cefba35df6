use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::limits::SESSION_SECONDS;
use serde::{Deserialize, Serialize};

use super::{Job, JobError};
use crate::{Backend, database::schema::applied_changes};

/// The longest time after which a client may retry a change: a session that is not used for so long ends, and its outbox
/// with it.
const KEEP: TimeDelta = TimeDelta::seconds(SESSION_SECONDS);

/// Deletes the ids of changes that no client can retry.
#[derive(Serialize, Deserialize)]
pub struct CleanChanges {}

impl Job for CleanChanges {
    const QUEUE: &'static str = "cleanup.changes";
    const MAX_ATTEMPTS: i32 = 3;

    async fn run(self, backend: &Backend) -> Result<(), JobError> {
        let mut conn = backend.db.get().await?;
        let over = applied_changes::at.lt(backend.clock.now() - KEEP);
        let gone = diesel::delete(applied_changes::table.filter(over)).execute(&mut conn).await?;
        tracing::debug!(gone, "ids of old changes deleted");
        Ok(())
    }
}
