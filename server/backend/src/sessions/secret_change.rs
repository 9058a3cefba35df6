//! When the server's secret changes, every session of the former one ends.
//!
//! Access tokens are signed with the secret, and no longer running ones are renewed by refresh tokens, which are
//! not: so each session remembers the secret that it was started under.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::end_many::count_end;
use crate::{
    Backend,
    database::{
        Pool,
        schema::{instance, sessions},
    },
    failure::Outcome,
    secret::Secret,
};

impl Backend {
    /// Ends the sessions of every other secret than this node's, on all nodes, and returns how many. Called
    /// at start by whoever serves people, before the first request.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_sessions_of_other_secrets(&self) -> Outcome<usize> {
        let mut conn = self.db.get().await?;
        let ended = conn.transaction(async |conn| self.adopt_secret(conn).await).await?;
        if ended > 0 {
            tracing::warn!(ended, "the secret is another one than before: its sessions have ended");
        }
        Ok(ended)
    }

    async fn adopt_secret(&self, conn: &mut AsyncPgConnection) -> Outcome<usize> {
        let own = &self.secret.id()[..];
        let known = instance::table.select(instance::secret_id).for_update();
        let known: Option<Vec<u8>> = known.first(conn).await?;
        // Sessions of a program that did not note its secret: it had the one that is known. Where none is known
        // yet, it was the program before this one, and that its secret was another cannot be told.
        if known.as_deref().is_none_or(|known| known == own) {
            let unknown = sessions::table.filter(sessions::secret_id.is_null());
            diesel::update(unknown).set(sessions::secret_id.eq(own)).execute(conn).await?;
        }
        let others = sessions::table
            .filter(sessions::secret_id.is_distinct_from(own))
            .filter(sessions::ended_at.is_null());
        let now = self.clock.now();
        let ended = diesel::update(others).set(sessions::ended_at.eq(now)).execute(conn).await?;
        if ended > 0 {
            count_end(conn).await?;
        }
        if known.as_deref() != Some(own) {
            diesel::update(instance::table).set(instance::secret_id.eq(own)).execute(conn).await?;
        }
        Ok(ended)
    }
}

/// The instance moves to a place with another secret, and nobody is to be signed out by that: its sessions
/// belong to the new one from now on. Returns how many.
///
/// # Errors
/// The database does not answer.
pub async fn carry_sessions_to(db: &Pool, former: &Secret, new: &Secret) -> Outcome<usize> {
    let (former, new) = (&former.id()[..], &new.id()[..]);
    let mut conn = db.get().await?;
    conn.transaction(async |conn| {
        let known = instance::table.filter(instance::secret_id.eq(former));
        diesel::update(known).set(instance::secret_id.eq(new)).execute(conn).await?;
        let own = sessions::table.filter(sessions::secret_id.eq(former));
        Ok(diesel::update(own).set(sessions::secret_id.eq(new)).execute(conn).await?)
    })
    .await
}
