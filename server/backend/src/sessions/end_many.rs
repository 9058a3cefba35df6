//! Ending sessions from outside the nodes that serve them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::UserId;

use crate::{
    database::{
        Pool,
        schema::{instance, sessions, users},
    },
    failure::Outcome,
};

/// The sessions that are to end.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Those of the user of this name.
    User(&'a str),
    Everybody,
}

/// Ends sessions and returns how many: their refresh tokens at once, their access tokens and sockets within two
/// seconds on every node (see [`Backend::run_session_watch`](crate::Backend::run_session_watch)).
///
/// `None` if there is no such user.
///
/// # Errors
/// The database does not answer.
pub async fn end_sessions(db: &Pool, whose: Whose<'_>, now: DateTime<Utc>) -> Outcome<Option<usize>> {
    let mut conn = db.get().await?;
    conn.transaction(async |conn| {
        let open = sessions::table.filter(sessions::ended_at.is_null());
        let end = sessions::ended_at.eq(now);
        let ended = match whose {
            Whose::User(name) => {
                let Some(user) = user(conn, name).await? else { return Ok(None) };
                diesel::update(open.filter(sessions::user_id.eq(user))).set(end).execute(conn).await?
            }
            Whose::Everybody => diesel::update(open).set(end).execute(conn).await?,
        };
        count_end(conn).await?;
        Ok(Some(ended))
    })
    .await
}

/// Lets every node see that sessions end with the caller's transaction.
pub(super) async fn count_end(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    let next = instance::session_ends.eq(instance::session_ends + 1);
    diesel::update(instance::table).set(next).execute(conn).await?;
    Ok(())
}

/// However the name is written: it need not be one that could be chosen today.
async fn user(conn: &mut AsyncPgConnection, name: &str) -> QueryResult<Option<UserId>> {
    let name = name.trim().trim_start_matches('@').to_lowercase();
    users::table.filter(users::username.eq(name)).select(users::id).first(conn).await.optional()
}
