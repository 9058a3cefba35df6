//! The connection pool, and how long to wait for one of its connections.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use diesel::{ConnectionError, QueryResult, result::Error as QueryError};
use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod, bb8,
    },
};
use futures::FutureExt;
use tokio::time::{Instant, timeout};

use super::establish::Connector;

pub type Connection<'a> = bb8::PooledConnection<'a, AsyncPgConnection>;

/// How long a database may be away before people are told. A restart of the private one is shorter.
const HICCUP: Duration = Duration::from_secs(1);
/// What is given to one that is known to be away: enough to connect when it is back.
const AWAY: Duration = Duration::from_millis(100);
/// What a connection does when nothing comes back any more, though nobody hung up: in seconds. Without, the
/// kernel goes on for a quarter of an hour.
const SILENCE: [(&str, &str); 4] = [
    ("tcp_user_timeout", "10"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "3"),
    ("keepalives_retries", "3"),
];
/// How long to wait for a connection that others use, or, where patience is asked for, for any.
const LONG: Duration = Duration::from_secs(5);

/// Connections to one database. A clone is another handle to the same ones.
///
/// Whoever wants one waits at most five seconds while all are in use. While the database does not
/// answer it is one second, and a tenth as soon as it has been away for that long: whoever reads
/// is told at once, and a short restart is seen by nobody.
#[derive(Clone, Debug)]
pub struct Pool {
    connections: bb8::Pool<AsyncPgConnection>,
    health: Arc<Health>,
    patient: bool,
}

impl Pool {
    /// The same for work that nobody can do again at once: it waits five seconds in any case.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { patient: true, ..self.clone() }
    }

    /// A connection that was open a moment ago.
    ///
    /// # Errors
    /// There is none in time.
    pub async fn get(&self) -> Result<Connection<'_>, bb8::RunError> {
        let until = Instant::now() + LONG;
        loop {
            // Asked once before it gives up, so that the pool tries to connect again.
            match timeout(self.patience(), self.connections.get()).await {
                Ok(Ok(connection)) => {
                    self.health.answers();
                    return Ok(connection);
                }
                _ if Instant::now() < until && (self.patient || !self.health.is_away()) => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(bb8::RunError::TimedOut),
            }
        }
    }

    fn patience(&self) -> Duration {
        match self.health.away_for() {
            Some(away) if !self.patient => HICCUP.saturating_sub(away).max(AWAY),
            _ => HICCUP,
        }
    }

    /// How many connections there are.
    pub fn size(&self) -> u32 {
        self.connections.state().connections
    }
}

/// Since when nothing but failure is known of the database.
#[derive(Debug, Default)]
struct Health(Mutex<Option<Instant>>);

impl Health {
    fn answers(&self) {
        *self.since() = None;
    }

    fn fails(&self, error: &ConnectionError) {
        self.since().get_or_insert_with(|| {
            tracing::warn!(%error, "no connection to the database");
            Instant::now()
        });
    }

    fn is_away(&self) -> bool {
        self.since().is_some()
    }

    fn away_for(&self) -> Option<Duration> {
        self.since().map(|since| since.elapsed())
    }

    fn since(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a pool of at most `size` connections; the first must answer.
///
/// # Errors
/// The database does not answer in time, or what it says.
pub async fn connect(url: &str, size: u32) -> anyhow::Result<Pool> {
    let health = Arc::new(Health::default());
    let watched = health.clone();
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::CustomFunction(Box::new(|db| still_open(db).boxed()));
    let url = with_silence(url);
    let connector = Connector::of(&url)?;
    // The pool would keep to itself why it gets none.
    drop(connector.connect().await.context("no connection to the database")?);
    config.custom_setup = Box::new(move |_| {
        let (connector, health) = (connector.clone(), watched.clone());
        async move { connector.connect().await.inspect_err(|error| health.fails(error)) }.boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    // The pool pauses for up to half of this between two tries to connect: a longer one would find
    // a database that is back only seconds later.
    let builder = bb8::Pool::builder().max_size(size).connection_timeout(HICCUP);
    let connections = builder.build(manager).await.context("no connection to the database")?;
    let pool = Pool { connections, health, patient: false };
    pool.patient().get().await.context("no connection to the database")?;
    Ok(pool)
}

/// The address with [`SILENCE`], unless it says otherwise itself.
fn with_silence(url: &str) -> String {
    // A password may hold anything.
    let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
    let mut separator = match place {
        place if place.ends_with(['?', '&']) => "",
        place if place.contains('?') => "&",
        _ => "?",
    };
    let mut url = url.to_owned();
    for (name, value) in SILENCE.iter().filter(|(name, _)| !place.contains(name)) {
        url.extend([separator, name, "=", value]);
        separator = "&";
    }
    url
}

/// Looks whether the server has hung up, without asking it: a question before each use would be half
/// of all statements.
async fn still_open(db: &mut AsyncPgConnection) -> QueryResult<()> {
    if db.is_broken() {
        return Err(QueryError::BrokenTransactionManager);
    }
    Ok(())
}

impl crate::Backend {
    /// Whether the database answers within `limit`.
    pub async fn database_answers(&self, limit: Duration) -> bool {
        answers(&self.db, limit).await
    }
}

/// Whether the database answers within `limit`.
pub async fn answers(pool: &Pool, limit: Duration) -> bool {
    use diesel_async::SimpleAsyncConnection;
    let asked = async {
        let mut db = pool.get().await.ok()?;
        db.batch_execute("SELECT 1").await.ok()
    };
    matches!(timeout(limit, asked).await, Ok(Some(())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_when_to_give_a_silent_server_up_unless_it_says_so_itself() {
        let all = "tcp_user_timeout=10&keepalives_idle=10&keepalives_interval=3&keepalives_retries=3";
        for (url, with) in [
            ("postgresql://u@h/d", "postgresql://u@h/d?"),
            ("postgresql://u:p?w@h/d", "postgresql://u:p?w@h/d?"),
            ("postgresql://u@/d?host=%2Frun", "postgresql://u@/d?host=%2Frun&"),
            ("postgresql://h/d?", "postgresql://h/d?"),
        ] {
            assert_eq!(with_silence(url), format!("{with}{all}"));
        }
        let own = with_silence("postgresql://u@h/d?tcp_user_timeout=99");
        assert!(own.starts_with("postgresql://u@h/d?tcp_user_timeout=99&keepalives_idle=10"), "{own}");
    }
}
