use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{SessionId, UserId};

use crate::{Backend, bus::Notice, database::schema::sessions, failure::Outcome};

impl Backend {
    /// Ends a session: its refresh token, its access tokens and its sockets. Goes on when the
    /// caller is gone, so that no session ends in the database alone.
    pub(crate) async fn end_session(&self, user: UserId, session: SessionId) -> Outcome<()> {
        let backend = self.clone();
        let ending = tokio::spawn(async move {
            let mut conn = backend.db.get().await?;
            mark(&mut conn, session, backend.clock.now()).await?;
            backend.announce_end(user, session);
            Ok(())
        });
        ending.await.context("ending a session")?
    }

    /// Tells this node and the others that a session's access tokens and sockets are over.
    /// Called once the end is committed.
    pub(super) fn announce_end(&self, user: UserId, session: SessionId) {
        self.ended.insert(session, self.clock.now());
        self.bus.publish(&Notice::Ended { user, session });
    }
}

/// Marks a session as ended; a second end changes nothing.
pub(super) async fn mark(
    conn: &mut AsyncPgConnection,
    session: SessionId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(sessions::table.find(session).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(now))
        .execute(conn)
        .await?;
    Ok(())
}
