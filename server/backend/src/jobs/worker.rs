//! The worker: one job of each queue at a time, the queues side by side.

use std::time::Duration;

use diesel_async::AsyncConnection;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{CleanRegistrations, CleanSessions, KINDS, run::run};
use crate::{Backend, failure::Outcome};

/// Finds what other nodes queued, and what waited for its next try.
const ROUND: Duration = Duration::from_secs(2);
const CLEAN_EVERY: Duration = Duration::from_secs(600);

/// Works off the queues until `stop`, then finishes the jobs in hand.
pub async fn run_worker(backend: Backend, stop: CancellationToken) {
    let mut running = JoinSet::new();
    let mut clean_at = Instant::now();
    while !stop.is_cancelled() {
        if Instant::now() >= clean_at {
            match queue_cleaning(&backend).await {
                Ok(()) => clean_at = Instant::now() + CLEAN_EVERY,
                Err(error) => tracing::warn!(%error, "cleaning could not be queued"),
            }
        }
        match start_due(&backend, &mut running).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "no jobs could be claimed"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = backend.jobs.woken() => {}
            () = tokio::time::sleep(ROUND) => {}
            Some(_) = running.join_next() => {}
        }
    }
    running.join_all().await;
}

async fn start_due(backend: &Backend, running: &mut JoinSet<()>) -> Outcome<()> {
    let queues: Vec<&str> = KINDS.iter().map(|kind| kind.queue).collect();
    for job in backend.jobs.claim(&queues).await? {
        let backend = backend.clone();
        running.spawn(async move {
            if let Err(error) = run(&backend, &KINDS, job).await {
                tracing::warn!(%error, "a job's outcome could not be written down; it will run again");
            }
        });
    }
    Ok(())
}

async fn queue_cleaning(backend: &Backend) -> Outcome<()> {
    let mut conn = backend.db.get().await?;
    conn.transaction(async |conn| {
        backend.jobs.enqueue_if_none(conn, &CleanRegistrations {}).await?;
        backend.jobs.enqueue_if_none(conn, &CleanSessions {}).await
    })
    .await
}
