//! Whether a database holds what it should.

use anyhow::{Context, bail};
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::establish;

/// Rooms whose numbers have a hole or go further than the room. `rev` counts more than messages,
/// and each message holds only its latest: that none is above the room's is what can be seen.
const BROKEN: &str = "\
    SELECT count(*) AS count FROM rooms LEFT JOIN ( \
        SELECT room_id, count(*) AS number, min(seq) AS first, max(seq) AS last, max(rev) AS rev \
        FROM messages GROUP BY room_id \
    ) held ON held.room_id = rooms.id \
    WHERE coalesce(held.number, 0) <> rooms.last_seq OR coalesce(held.last, 0) <> rooms.last_seq \
        OR held.first <> 1 OR coalesce(held.rev, 0) > rooms.rev OR rooms.last_seq > rooms.rev";

/// Tables, views and sequences of anybody's.
const RELATIONS: &str = "\
    SELECT count(*) AS count FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
    WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'";

/// What is in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    pub people: i64,
    pub rooms: i64,
    pub messages: i64,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Counts, and makes sure that each room's messages are numbered from 1 without a hole.
///
/// # Errors
/// They are not, or the database does not answer.
pub async fn audit(url: &str) -> anyhow::Result<Audit> {
    let mut db = establish(url).await.context("no connection to the database")?;
    let broken = count(&mut db, BROKEN).await?;
    if broken > 0 {
        bail!("the messages of {broken} rooms are not numbered without holes");
    }
    Ok(Audit {
        people: count(&mut db, "SELECT count(*) AS count FROM users").await?,
        rooms: count(&mut db, "SELECT count(*) AS count FROM rooms").await?,
        messages: count(&mut db, "SELECT count(*) AS count FROM messages").await?,
    })
}

/// Whether the database at `url` holds no table, neither ours nor anybody's.
///
/// # Errors
/// It does not answer.
pub async fn is_empty(url: &str) -> anyhow::Result<bool> {
    let mut db = establish(url).await.context("no connection to the database")?;
    Ok(count(&mut db, RELATIONS).await? == 0)
}

async fn count(db: &mut AsyncPgConnection, sql: &str) -> anyhow::Result<i64> {
    Ok(diesel::sql_query(sql).get_result::<Count>(db).await?.count)
}
