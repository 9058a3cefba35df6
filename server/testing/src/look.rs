//! Looking into a database, and putting a hand in: for tests above this crate.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use model::{MessageId, RoomId, UserId};

use backend::{
    Backend,
    database::schema::{members, messages},
};

/// Every message of a room by its number.
///
/// # Panics
/// The database does not answer.
pub async fn history(backend: &Backend, room: RoomId) -> Vec<(i64, MessageId, String)> {
    let rows = messages::table.filter(messages::room_id.eq(room)).order(messages::seq);
    let mut db = backend.db.get().await.expect("the database answers");
    let rows = rows.select((messages::seq, messages::id, messages::body)).load(&mut db).await;
    rows.expect("the table is there")
}

/// Somebody who is in a chat.
///
/// # Panics
/// Nobody is.
pub async fn member(backend: &Backend) -> UserId {
    let mut db = backend.db.get().await.expect("the database answers");
    members::table.select(members::user_id).first(&mut db).await.expect("somebody")
}

/// Runs statements.
///
/// # Errors
/// The database does not answer, or refuses one.
pub async fn execute(url: &str, sql: &str) -> anyhow::Result<()> {
    Ok(AsyncPgConnection::establish(url).await?.batch_execute(sql).await?)
}

/// A count that a statement asks for.
///
/// # Errors
/// The database does not answer, or refuses it.
pub async fn number(url: &str, sql: &str) -> anyhow::Result<i64> {
    let mut db = AsyncPgConnection::establish(url).await?;
    Ok(diesel::sql_query(sql).get_result::<Count>(&mut db).await?.count)
}

/// Runs a statement on a backend's own database.
///
/// # Panics
/// The database does not answer, or refuses it.
pub async fn run(backend: &Backend, statement: &str) {
    let mut db = backend.db.get().await.expect("the database answers");
    db.batch_execute(statement).await.expect("a statement that may be run");
}

/// All that people made, in one line for each table: equal lines are an equal content.
///
/// # Panics
/// The database does not answer.
pub async fn digest(backend: &Backend) -> Vec<String> {
    let mut db = backend.db.get().await.expect("the database answers");
    let mut lines = Vec::new();
    for table in [
        "users",
        "registrations",
        "sessions",
        "rooms",
        "private_rooms",
        "memberships",
        "blocks",
        "messages",
        "applied_changes",
    ] {
        let query = format!(
            "SELECT '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') \
             AS line FROM {table} t"
        );
        let line: Line = diesel::sql_query(query).get_result(&mut db).await.expect("the table is there");
        lines.push(line.line);
    }
    lines
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}
