//! The pool of connections.

use backend::{database::Pool, testing::Database};
use diesel::{QueryableByName, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures::future::join_all;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count(pool: &Pool, query: &str) -> Result<i64, String> {
    let mut db = pool.get().await.map_err(|error| error.to_string())?;
    let found: Count =
        diesel::sql_query(query).get_result(&mut db).await.map_err(|error| error.to_string())?;
    Ok(found.count)
}

/// Fails when connections are handed out unseen (`RecyclingMethod::Fast`).
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_closed_are_not_handed_out() {
    const OTHERS: &str =
        "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let database = Database::create().await;
    let (pool, killer) = (database.pool().await, database.pool().await);
    // Several are open at once, and then idle.
    let slow = "SELECT count(*) FROM pg_sleep(0.2)";
    assert!(join_all((0..3).map(|_| count(&pool, slow))).await.iter().all(Result::is_ok));
    assert!(pool.state().connections >= 3);
    let mut db = killer.get().await.unwrap();
    let end = format!("SELECT count(pg_terminate_backend(pid)) {OTHERS}");
    let ended: Count = diesel::sql_query(end).get_result(&mut db).await.unwrap();
    assert!(ended.count >= 3);
    let still = format!("SELECT count(*) {OTHERS}");
    loop {
        let left: Count = diesel::sql_query(&still).get_result(&mut db).await.unwrap();
        if left.count == 0 {
            break;
        }
    }
    // The sockets are closed; what is left is that this process hears of it.
    let mut failures = 0;
    for _ in 0..10 {
        failures += i64::from(count(&pool, "SELECT count(*) FROM users").await.is_err());
    }
    assert!(failures <= 1, "{failures} uses met a closed connection");
}
