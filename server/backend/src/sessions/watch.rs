//! Noticing sessions that were ended outside this process: by an administrator, or by a node that starts with
//! another secret.

use std::{collections::HashSet, time::Duration};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::SessionId;
use tokio::time::{MissedTickBehavior, interval};

use super::EndedSessions;
use crate::{
    Backend,
    database::schema::{instance, sessions},
    failure::Outcome,
};

/// How often the database is asked: one row, in which a number rises.
const PERIOD: Duration = Duration::from_secs(1);
/// Sessions looked up in one statement.
const AT_ONCE: usize = 500;

impl Backend {
    /// Closes the sockets and refuses the access tokens of sessions that end in the database, within two seconds,
    /// for ever. Asks instead of listening: a notification is lost while its connection is, and pools of connections
    /// between here and the server pass none on.
    pub async fn run_session_watch(self) {
        let mut every = interval(PERIOD);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = None;
        loop {
            every.tick().await;
            // While the database is away nothing ends in it.
            let Ok(ends) = self.session_ends().await else { continue };
            if seen == Some(ends) {
                continue;
            }
            match self.resync_sessions().await {
                Ok(()) => seen = Some(ends),
                Err(error) => tracing::warn!(%error, "which sessions have ended cannot be read yet"),
            }
        }
    }

    async fn session_ends(&self) -> Outcome<i64> {
        let mut conn = self.db.get().await?;
        Ok(instance::table.select(instance::session_ends).first(&mut conn).await?)
    }

    /// Brings this node up to the sessions that the database holds: those that have ended get no answer any more,
    /// and their sockets are closed.
    pub(crate) async fn resync_sessions(&self) -> Outcome<()> {
        // Before the sockets are listed: one that opens later is checked against what is loaded here.
        EndedSessions::load(&self.ended, &self.db, &self.clock).await?;
        let connected = self.hub.sessions();
        let now = self.clock.now();
        for some in connected.chunks(AT_ONCE) {
            let open = self.open_sessions(some).await?;
            for session in some.iter().filter(|session| !open.contains(*session)) {
                self.ended.insert(*session, now);
            }
        }
        self.hub.close_ended();
        Ok(())
    }

    async fn open_sessions(&self, among: &[SessionId]) -> Outcome<HashSet<SessionId>> {
        let mut conn = self.db.get().await?;
        let open = sessions::table.filter(sessions::id.eq_any(among)).filter(sessions::ended_at.is_null());
        let open: Vec<SessionId> = open.select(sessions::id).load(&mut conn).await?;
        Ok(open.into_iter().collect())
    }
}
