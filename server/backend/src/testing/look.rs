//! Looking into a database, and putting a hand in: for tests above this crate.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use model::{MessageId, RoomId, UserId};

use crate::{
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
