//! Sessions that ended while their access tokens still run.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{SessionId, limits::ACCESS_SECONDS};

use crate::{clock::Clock, database::Pool, database::schema::sessions, failure::Outcome};

/// An access token may have been made by a node whose clock is a little ahead.
const CLOCK_SKEW_SECONDS: i64 = 60;
/// A map smaller than this is not worth sweeping.
const SWEEP_FROM: usize = 1_024;

/// This node's memory of ended sessions, asked at every request. Filled at start from the
/// database, then by sessions that end here and by the notices of other nodes.
#[derive(Default)]
pub struct EndedSessions(RwLock<Ended>);

#[derive(Default)]
struct Ended {
    /// Until when each one's access tokens may run.
    until: HashMap<SessionId, DateTime<Utc>>,
    sweep_at: usize,
}

impl EndedSessions {
    /// Adds the sessions whose access tokens may still run. Listen to the bus before loading, so that
    /// none falls between.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn load(&self, db: &Pool, clock: &Clock) -> Outcome<()> {
        let mut conn = db.get().await?;
        let since = clock.now() - lifetime();
        let recent = sessions::table
            .filter(sessions::ended_at.gt(since))
            .select((sessions::id, sessions::ended_at.assume_not_null()))
            .load::<(SessionId, DateTime<Utc>)>(&mut conn)
            .await?;
        for (session, at) in recent {
            self.insert(session, at);
        }
        Ok(())
    }

    /// Remembers a session that ended at `at`, for as long as it matters.
    pub fn insert(&self, session: SessionId, at: DateTime<Utc>) {
        // Entries are whole at every moment, so a panic elsewhere does not spoil the map.
        let mut ended = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if ended.until.len() >= ended.sweep_at {
            ended.until.retain(|_, until| *until > at);
            ended.sweep_at = (ended.until.len() * 2).max(SWEEP_FROM);
        }
        ended.until.insert(session, at + lifetime());
    }

    pub fn contains(&self, session: SessionId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).until.contains_key(&session)
    }
}

fn lifetime() -> TimeDelta {
    TimeDelta::seconds(ACCESS_SECONDS + CLOCK_SKEW_SECONDS)
}
