//! One connection that many use at once, kept up unattended. `redis::aio::ConnectionManager` lets callers wait while it
//! connects again; here they are answered "away" at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{anyhow, bail};
use redis::{AsyncConnectionConfig, RedisResult, aio::MultiplexedConnection};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

use super::{Backoff, Settings};

/// A server that takes longer to be reached is away.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// How often an idle connection is tried.
const BEAT: Duration = Duration::from_secs(2);
/// Commands that may wait to be written.
const WAITING: usize = 1_024;
/// The pause after something went wrong, before the connection is made again.
const PAUSE: Duration = Duration::from_secs(1);

/// A connection to Redis, shared by all its clones.
///
/// Promise: nobody waits long. An answer that does not come within the time the caller gives counts
/// as a failure; after one, everybody is told "away" at once, until a new connection (after about a
/// second, then with growing pauses) has answered. Needs no attention, ever.
#[derive(Clone)]
pub struct Link(Arc<Shared>);

struct Shared {
    settings: Settings,
    state: watch::Receiver<State>,
    suspicion: Arc<Suspicion>,
}

/// Redis cannot be asked at the moment. Why has been logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Redis is away")]
pub struct Away;

/// A server that has just answered.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) connection: MultiplexedConnection,
    /// It runs as a cluster: channels are sharded.
    pub(crate) is_cluster: bool,
}

#[derive(Clone)]
enum State {
    /// Nothing is known yet.
    Trying,
    /// Answers. The number tells this connection from earlier ones.
    Up(Server, u64),
    Away,
}

/// Whoever got no answer says so here.
#[derive(Default)]
struct Suspicion {
    of: AtomicU64,
    raised: Notify,
}

impl Link {
    /// Connects in the background, and again whenever the connection is lost. Needs a runtime.
    pub fn open(settings: Settings) -> Self {
        Self::open_with_pause(settings, PAUSE)
    }

    pub(crate) fn open_with_pause(settings: Settings, pause: Duration) -> Self {
        let (sender, state) = watch::channel(State::Trying);
        let suspicion = Arc::new(Suspicion::default());
        tokio::spawn(keep(settings.clone(), sender, suspicion.clone(), pause));
        Self(Arc::new(Shared { settings, state, suspicion }))
    }

    /// Whether Redis answers.
    pub fn is_connected(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Up(..))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Asks Redis, and waits for the answer no longer than `within`.
    ///
    /// # Errors
    /// No answer; others are told [`Away`] at once for a while.
    pub(crate) async fn ask<T, F>(
        &self,
        within: Duration,
        question: impl FnOnce(Server) -> F,
    ) -> Result<T, Away>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let asked = async {
            let (server, number) = self.server(within).await?;
            let failure = match timeout(within, question(server)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no answer within {within:?}"),
            };
            // Of all who were waiting for an answer, one says so.
            if self.0.suspicion.of.fetch_max(number, Ordering::Relaxed) < number {
                tracing::warn!(redis = %self.0.settings.address(), failure, "a question failed");
                self.0.suspicion.raised.notify_one();
            }
            Err(Away)
        };
        let answer = asked.await;
        if answer.is_err() {
            metrics::counter!("rapport_redis_away_total").increment(1);
        }
        answer
    }

    /// The server, at once; only the very first connection is waited for.
    async fn server(&self, within: Duration) -> Result<(Server, u64), Away> {
        let mut state = self.0.state.clone();
        let known = state.wait_for(|state| !matches!(state, State::Trying));
        let known = timeout(within, known).await.map_err(|_| Away)?.map_err(|_| Away)?;
        match &*known {
            // What a failed question is about is not asked again on the same connection.
            State::Up(_, number) if self.0.suspicion.of.load(Ordering::Relaxed) >= *number => Err(Away),
            State::Up(server, number) => Ok((server.clone(), *number)),
            State::Trying | State::Away => Err(Away),
        }
    }
}

async fn keep(settings: Settings, state: watch::Sender<State>, suspicion: Arc<Suspicion>, pause: Duration) {
    let kept = async {
        let mut backoff = Backoff::new(pause);
        let mut number = 0;
        loop {
            number += 1;
            match connect(&settings, AsyncConnectionConfig::new()).await {
                Ok(server) => {
                    tracing::info!(redis = %settings.address(), "connected");
                    backoff.reset();
                    state.send_replace(State::Up(server.clone(), number));
                    until_lost(server, number, &suspicion).await;
                    tracing::warn!(redis = %settings.address(), "connection lost");
                }
                Err(error) if !matches!(*state.borrow(), State::Away) => {
                    tracing::warn!(redis = %settings.address(), %error, "cannot connect; trying on");
                }
                Err(_) => {}
            }
            state.send_replace(State::Away);
            sleep(backoff.next()).await;
        }
    };
    tokio::select! {
        () = kept => {}
        // Nobody uses the link any more.
        () = state.closed() => {}
    }
}

async fn until_lost(mut server: Server, number: u64, suspicion: &Suspicion) {
    loop {
        tokio::select! {
            () = suspicion.raised.notified() => {
                if suspicion.of.load(Ordering::Relaxed) >= number {
                    return;
                }
            }
            () = sleep(BEAT) => {
                if !answers(&mut server.connection).await {
                    return;
                }
            }
        }
    }
}

/// Whether the other end is still there: a connection cut on the way shows by nothing else.
pub(crate) async fn answers(connection: &mut MultiplexedConnection) -> bool {
    let ping = redis::cmd("PING");
    matches!(timeout(BEAT, ping.exec_async(connection)).await, Ok(Ok(())))
}

/// A connection to a server fit for use, or why there is none.
pub(crate) async fn connect(settings: &Settings, config: AsyncConnectionConfig) -> anyhow::Result<Server> {
    // Who asks says how long; a question given up leaves the connection whole.
    let config = config
        .set_connection_timeout(Some(CONNECT_WITHIN))
        .set_response_timeout(None)
        .set_pipeline_buffer_size(WAITING);
    let looked = async {
        let client = settings.client()?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let is_cluster = is_cluster(&mut connection).await?;
        Ok(Server { connection, is_cluster })
    };
    timeout(2 * CONNECT_WITHIN, looked).await.map_err(|_| anyhow!("no answer"))?
}

impl Settings {
    /// Connects once, and says what answered: for checking settings.
    ///
    /// # Errors
    /// Nothing fit for use answers; why, in words without secrets.
    pub async fn probe(&self) -> anyhow::Result<String> {
        let mut server = connect(self, AsyncConnectionConfig::new()).await?;
        let info: String = redis::cmd("INFO").arg("server").query_async(&mut server.connection).await?;
        let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
        Ok(format!("Redis {} at {}", version.unwrap_or("of an unknown version").trim(), self.address()))
    }
}

/// Whether the server runs as a cluster. One of several shards keeps only a part of the names, so it
/// is refused.
async fn is_cluster(connection: &mut MultiplexedConnection) -> anyhow::Result<bool> {
    let info: String = redis::cmd("INFO").arg("cluster").query_async(connection).await?;
    if !info.contains("cluster_enabled:1") {
        return Ok(false);
    }
    let cluster: String = redis::cmd("CLUSTER").arg("INFO").query_async(connection).await?;
    let shards = cluster.lines().find_map(|line| line.trim().strip_prefix("cluster_size:"));
    match shards.and_then(|shards| shards.parse::<u32>().ok()) {
        Some(shards) if shards > 1 => bail!("it is a cluster of {shards} shards; one of one shard is needed"),
        _ => Ok(true),
    }
}
