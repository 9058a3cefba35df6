//! Taking out again what was restored.

use std::time::Duration;

use anyhow::{Context, bail};
use diesel::sql_types::{BigInt, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use tokio::time::{Instant, sleep};

use super::establish;

/// What the server needs to notice that a `pg_restore` is gone, and to forget what it did.
const REMAINS_WITHIN: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

const REMAINS: &str = "\
    SELECT count(*) AS count FROM pg_stat_activity \
    WHERE datname = current_database() AND application_name = 'pg_restore'";

/// All views and tables, with their indexes, sequences and triggers, and all functions that belong to no extension. The
/// schema is made of nothing else: a migration that makes types wants them here.
const DROP: &str = "\
    WITH own AS ( \
        SELECT oid FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%' \
    ), made (place, statement) AS ( \
        SELECT 1, 'DROP VIEW ' || string_agg(pg_class.oid::regclass::text, ', ') \
        FROM pg_class WHERE relkind = 'v' AND relnamespace IN (SELECT oid FROM own) \
        UNION ALL \
        SELECT 2, 'DROP TABLE ' || string_agg(pg_class.oid::regclass::text, ', ') \
        FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace IN (SELECT oid FROM own) \
        UNION ALL \
        SELECT 3, 'DROP ROUTINE ' || string_agg(pg_proc.oid::regprocedure::text, ', ') \
        FROM pg_proc WHERE pronamespace IN (SELECT oid FROM own) \
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') \
    ) \
    SELECT coalesce(string_agg(statement, '; ' ORDER BY place), '') AS statement FROM made";

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(diesel::QueryableByName)]
struct Statement {
    #[diesel(sql_type = Text)]
    statement: String,
}

/// Empties the database at `url`, which was empty before [`restore`](super::restore) filled it:
/// everything goes, whoever made it. All of it, or nothing.
///
/// # Errors
/// It does not answer, or something else is in it by now.
pub async fn clear(url: &str) -> anyhow::Result<()> {
    let mut db = establish(url).await.context("no connection to the database")?;
    let deadline = Instant::now() + REMAINS_WITHIN;
    while diesel::sql_query(REMAINS).get_result::<Count>(&mut db).await?.count > 0 {
        if Instant::now() > deadline {
            bail!("pg_restore still runs");
        }
        sleep(POLL).await;
    }
    let Statement { statement } = diesel::sql_query(DROP).get_result(&mut db).await?;
    Ok(db.batch_execute(&statement).await?)
}
