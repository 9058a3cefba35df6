//! The pool of connections.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use backend::database::{Pool, connect};
use diesel::{QueryableByName, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures::future::join_all;
use tempfile::TempDir;
use testing::Database;
use tokio::{
    io::copy_bidirectional,
    net::{UnixListener, UnixStream},
    task::{AbortHandle, JoinSet},
};

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
    assert!(pool.size() >= 3);
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

/// A way to a database that can be taken away and given back.
struct Way {
    folder: TempDir,
    to: PathBuf,
    open: Option<AbortHandle>,
}

impl Way {
    fn to(database: &Database) -> (Self, String) {
        let (start, host) = database.url().split_once("?host=").expect("a folder of a socket");
        let to = PathBuf::from(host.replace("%2F", "/")).join(".s.PGSQL.5432");
        let folder = tempfile::tempdir().unwrap();
        let host = folder.path().to_str().unwrap().replace('/', "%2F");
        let mut way = Self { folder, to, open: None };
        way.give_back();
        (way, format!("{start}?host={host}"))
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    fn give_back(&mut self) {
        let (listener, to) = (UnixListener::bind(self.socket()).unwrap(), self.to.clone());
        let serve = async move {
            // Dropped with this task, and with them what they connect.
            let mut open = JoinSet::new();
            while let Ok((mut from, _)) = listener.accept().await {
                let to = to.clone();
                open.spawn(async move {
                    let mut to = UnixStream::connect(to).await.unwrap();
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                });
            }
        };
        self.open = Some(tokio::spawn(serve).abort_handle());
    }

    fn take_away(&mut self) {
        self.open.take().expect("open").abort();
        std::fs::remove_file(self.socket()).unwrap();
    }
}

/// Uses connections until one is refused, or `limit` is over.
async fn refused(pool: &Pool, limit: Duration) -> Option<Duration> {
    let began = Instant::now();
    while began.elapsed() < limit {
        let asked = Instant::now();
        if pool.get().await.is_err() {
            return Some(asked.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    None
}

async fn once_back(pool: &Pool) -> Duration {
    let back = Instant::now();
    while count(pool, "SELECT 1::bigint AS count").await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    back.elapsed()
}

/// Fails when everybody waits as long as a connection in use is waited for (`LONG` for `HICCUP`),
/// and when what is known to be away is waited for (`AWAY` as long as `HICCUP`).
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_within_a_second_and_then_at_once() {
    let database = Database::create().await;
    let (mut way, url) = Way::to(&database);
    let pool = connect(&url, 4).await.unwrap();
    count(&pool, "SELECT 1::bigint AS count").await.unwrap();
    way.take_away();
    let first = refused(&pool, Duration::from_secs(10)).await.expect("refused");
    assert!(first < Duration::from_millis(1_900), "{first:?}");
    for _ in 0..10 {
        let next = refused(&pool, Duration::from_secs(10)).await.expect("refused");
        assert!(next < Duration::from_millis(700), "{next:?}");
    }
    // Whoever asked for patience is given five seconds.
    let asked = Instant::now();
    assert!(pool.patient().get().await.is_err());
    assert!(asked.elapsed() >= Duration::from_secs(5), "{:?}", asked.elapsed());
    way.give_back();
    let back = once_back(&pool).await;
    assert!(back < Duration::from_secs(3), "{back:?}");
    assert_eq!(refused(&pool, Duration::from_millis(300)).await, None);
}

/// Fails when it is told of at the first failure to connect (`patience` gives `AWAY` from then on).
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_for_a_moment_is_waited_for() {
    let database = Database::create().await;
    let (mut way, url) = Way::to(&database);
    let pool = connect(&url, 4).await.unwrap();
    way.take_away();
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        let pool = pool.clone();
        waiting.spawn(async move { pool.get().await.map(drop) });
        // Whoever comes later finds that it is known to be away.
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    way.give_back();
    assert!(waiting.join_all().await.iter().all(Result::is_ok));
}

/// Fails when a connection that is in use is waited for as long as one that cannot be had.
#[tokio::test(flavor = "multi_thread")]
async fn connections_in_use_are_waited_for() {
    let database = Database::create().await;
    let pool = connect(database.url(), 1).await.unwrap();
    let held = pool.get().await.unwrap();
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.get().await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(!waiting.is_finished());
    drop(held);
    waiting.await.unwrap().unwrap();
}
