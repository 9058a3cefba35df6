//! Carrying the schedule out.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{
    crowd::Crowd,
    own::{Own, Shared},
    schedule::{Kind, Planned},
};
use crate::{
    client::Order,
    random::Random,
    world::{Cluster, OwnServer},
};

/// A process fault whose turn comes so late that it might outlast the run is left out.
const MARGIN: Duration = Duration::from_secs(1);
/// Of all devices, so many in a hundred are hit at once, at most.
const SHARE: u64 = 25;

/// Who carries faults out, and what was done.
pub(super) struct Faults {
    pub crowd: Arc<Crowd>,
    /// `None`: somebody else's server, which is left in peace.
    pub server: Shared,
    pub started: Instant,
    pub end: Instant,
    done: Mutex<Vec<Kind>>,
}

impl Faults {
    pub(super) fn new(crowd: Arc<Crowd>, server: Shared, started: Instant, end: Instant) -> Self {
        Self { crowd, server, started, end, done: Mutex::default() }
    }

    /// What was carried out.
    pub(super) fn done(&self) -> Vec<Kind> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, kind: Kind) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(kind);
    }

    /// The faults of the server's process, one after the other.
    pub(super) async fn break_server(&self, planned: Vec<Planned>) {
        let Some(server) = &self.server else { return };
        for fault in planned {
            sleep_until(self.started + Duration::from_millis(fault.at)).await;
            let lasts = Duration::from_millis(fault.lasts);
            if Instant::now() + lasts + MARGIN > self.end {
                return;
            }
            let mut server = server.lock().await;
            let broken = match &mut *server {
                Own::Server(server) => break_process(server, fault.kind, lasts).await,
                Own::Cluster(cluster) => break_part(cluster, fault, lasts).await,
            };
            match broken {
                Ok(true) => self.note(fault.kind),
                Ok(false) => {}
                Err(error) => {
                    self.crowd.journal.incident(format!("after {}: {error:#}", fault.kind.name()));
                }
            }
        }
    }

    /// The faults of sockets and messages.
    pub(super) async fn break_clients(&self, planned: Vec<Planned>) {
        let mut calls = JoinSet::new();
        for fault in planned {
            sleep_until(self.started + Duration::from_millis(fault.at)).await;
            self.note(fault.kind);
            match fault.kind {
                Kind::Disconnect | Kind::HalfOpen | Kind::Stall => self.break_sockets(fault),
                kind => {
                    let crowd = self.crowd.clone();
                    calls.spawn(async move { crowd.misbehave(kind, fault.dice).await });
                    while calls.try_join_next().is_some() {}
                }
            }
        }
        calls.join_all().await;
    }

    fn break_sockets(&self, fault: Planned) {
        let mut random = Random::new(fault.dice);
        let lasts = Duration::from_millis(fault.lasts);
        let share = random.between(1, SHARE);
        for (_, handle) in self.crowd.devices() {
            if random.between(0, 100) < share {
                handle.order(match fault.kind {
                    Kind::Disconnect => Order::Cut,
                    Kind::HalfOpen => Order::Freeze(lasts),
                    _ => Order::Stall(lasts),
                });
            }
        }
    }
}

/// Whether there was something to break.
async fn break_process(server: &mut OwnServer, kind: Kind, lasts: Duration) -> anyhow::Result<bool> {
    match kind {
        Kind::Kill9 | Kind::Term => {
            let signal = if kind == Kind::Kill9 { Signal::SIGKILL } else { Signal::SIGTERM };
            server.end(signal).await?;
            sleep(lasts).await;
            server.run().await?;
            Ok(true)
        }
        Kind::Stop => {
            server.signal(Signal::SIGSTOP);
            sleep(lasts).await;
            server.signal(Signal::SIGCONT);
            Ok(true)
        }
        Kind::Postgres => Ok(server.kill_postgres()),
        _ => Ok(false),
    }
}

/// Whether there was something to break.
async fn break_part(cluster: &Cluster, fault: Planned, lasts: Duration) -> anyhow::Result<bool> {
    let mut random = Random::new(fault.dice);
    let mut one_of = |kinds: &[&str]| {
        let parts: Vec<String> = kinds.iter().flat_map(|kind| cluster.parts(kind)).collect();
        parts[random.index(parts.len())].clone()
    };
    match fault.kind {
        Kind::WebKill => cluster.order("crash", &one_of(&["web"])).await?,
        Kind::StoreKill => cluster.order("crash", &one_of(&["store"])).await?,
        Kind::WorkerKill => cluster.order("crash", &one_of(&["worker"])).await?,
        Kind::FrontKill => cluster.order("crash", &one_of(&["nginx"])).await?,
        Kind::EngineKill => {
            cluster.order("crash", &one_of(&["postgres", "redis", "kafka", "rabbitmq"])).await?;
        }
        Kind::WebRestart => cluster.order("restart", &one_of(&["web"])).await?,
        Kind::WebStop | Kind::StoreStop => {
            let part = one_of(&[if fault.kind == Kind::WebStop { "web" } else { "store" }]);
            cluster.order("pause", &part).await?;
            sleep(lasts).await;
            cluster.order("resume", &part).await?;
        }
        Kind::DatabaseAway => away(cluster, "postgres", lasts).await?,
        Kind::RedisAway => away(cluster, "redis", lasts).await?,
        Kind::KafkaAway => away(cluster, "kafka", lasts).await?,
        Kind::RabbitAway => away(cluster, "rabbitmq", lasts).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Kills an engine and leaves it down for a while.
async fn away(cluster: &Cluster, engine: &str, lasts: Duration) -> anyhow::Result<()> {
    cluster.order("kill", engine).await?;
    sleep(lasts).await;
    cluster.order("start", engine).await
}
