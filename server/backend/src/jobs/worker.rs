//! The worker: one job of each queue at a time, the queues side by side.

use std::time::Duration;

use diesel_async::AsyncConnection;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    CleanChanges, CleanRegistrations, CleanSessions, Implementation, KINDS, Kind, rabbitmq, round::ROUND,
    run::run,
};
use crate::{Backend, failure::Outcome};

const CLEAN_EVERY: Duration = Duration::from_secs(600);

/// Works off the queues until `stop`, then finishes the jobs in hand.
pub async fn run_worker(backend: Backend, stop: CancellationToken) {
    tokio::join!(run_worker_of(backend.clone(), &KINDS, stop.clone()), clean(&backend, &stop));
}

/// The same for these kinds of jobs only, and without cleaning.
pub async fn run_worker_of(backend: Backend, kinds: &'static [Kind], stop: CancellationToken) {
    match &backend.jobs.implementation {
        Implementation::Table => work_off_the_table(&backend, kinds, &stop).await,
        Implementation::RabbitMq(settings) => rabbitmq::work(&backend, settings, kinds, &stop).await,
    }
}

async fn work_off_the_table(backend: &Backend, kinds: &'static [Kind], stop: &CancellationToken) {
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        match start_due(backend, kinds, &mut running, stop).await {
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

async fn start_due(
    backend: &Backend,
    kinds: &'static [Kind],
    running: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Outcome<()> {
    let queues: Vec<&str> = kinds.iter().map(|kind| kind.queue).collect();
    for job in backend.jobs.table().claim(&queues).await? {
        // Asked for before the stop, and answered after it.
        if stop.is_cancelled() {
            backend.jobs.table().release(&job).await?;
            continue;
        }
        let backend = backend.clone();
        running.spawn(async move {
            if let Err(error) = run(&backend, kinds, job).await {
                tracing::warn!(%error, "a job's outcome could not be written down; it will run again");
            }
        });
    }
    Ok(())
}

async fn clean(backend: &Backend, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let next = match queue_cleaning(backend).await {
            Ok(()) => CLEAN_EVERY,
            Err(error) => {
                tracing::warn!(%error, "cleaning could not be queued");
                ROUND
            }
        };
        backend.jobs.wake();
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(next) => {}
        }
    }
}

async fn queue_cleaning(backend: &Backend) -> Outcome<()> {
    let mut conn = backend.db.get().await?;
    conn.transaction(async |conn| {
        backend.jobs.enqueue_if_none(conn, &CleanRegistrations {}).await?;
        backend.jobs.enqueue_if_none(conn, &CleanSessions {}).await?;
        backend.jobs.enqueue_if_none(conn, &CleanChanges {}).await
    })
    .await
}
