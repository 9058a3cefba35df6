//! Carrying the schedule out.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::{
    sync::Mutex as Lock,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{
    crowd::Crowd,
    schedule::{Kind, Planned},
};
use crate::{client::Order, random::Random, world::OwnServer};

/// A process fault whose turn comes so late that it might outlast the run is left out.
const MARGIN: Duration = Duration::from_secs(1);
/// Of all devices, so many in a hundred are hit at once, at most.
const SHARE: u64 = 25;

/// Who carries faults out, and what was done.
pub(super) struct Faults {
    pub crowd: Arc<Crowd>,
    /// `None`: somebody else's server, which is left in peace.
    pub server: Option<Arc<Lock<OwnServer>>>,
    pub started: Instant,
    pub end: Instant,
    done: Mutex<Vec<Kind>>,
}

impl Faults {
    pub(super) fn new(
        crowd: Arc<Crowd>,
        server: Option<Arc<Lock<OwnServer>>>,
        started: Instant,
        end: Instant,
    ) -> Self {
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
            self.note(fault.kind);
            let mut server = server.lock().await;
            if let Err(error) = break_process(&mut server, fault.kind, lasts).await {
                self.crowd.journal.incident(format!("after {}: {error:#}", fault.kind.name()));
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

async fn break_process(server: &mut OwnServer, kind: Kind, lasts: Duration) -> anyhow::Result<()> {
    match kind {
        Kind::Kill9 | Kind::Term => {
            let signal = if kind == Kind::Kill9 { Signal::SIGKILL } else { Signal::SIGTERM };
            server.end(signal).await?;
            sleep(lasts).await;
            server.run().await
        }
        Kind::Stop => {
            server.signal(Signal::SIGSTOP);
            sleep(lasts).await;
            server.signal(Signal::SIGCONT);
            Ok(())
        }
        Kind::Postgres => {
            server.kill_postgres();
            Ok(())
        }
        _ => Ok(()),
    }
}
