//! Running one job that is in hand, and writing down how it went.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use chrono::TimeDelta;
use futures::{FutureExt, future::join_all};

use super::{Claimed, JobError, KINDS, Kind};
use crate::{Backend, failure::Outcome};

/// A job must end before its lease does.
const TIME_LIMIT: Duration = Duration::from_secs(25);
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(5);

/// Runs everything that is due now and everything that this makes due; returns how many runs that
/// were. For tests and for commands: a server has a [worker](super::run_worker).
///
/// # Errors
/// The database does not answer.
pub async fn run_due_jobs(backend: &Backend) -> Outcome<usize> {
    run_due_jobs_of(backend, &KINDS).await
}

/// The same for these kinds of jobs only.
pub async fn run_due_jobs_of(backend: &Backend, kinds: &[Kind]) -> Outcome<usize> {
    let queues: Vec<&str> = kinds.iter().map(|kind| kind.queue).collect();
    let mut runs = 0;
    loop {
        let claimed = backend.jobs.claim(&queues).await?;
        if claimed.is_empty() {
            return Ok(runs);
        }
        runs += claimed.len();
        for result in join_all(claimed.into_iter().map(|job| run(backend, kinds, job))).await {
            result?;
        }
    }
}

/// Runs a job in hand.
///
/// # Errors
/// Its outcome could not be written down: the job runs again when its lease is over.
pub(super) async fn run(backend: &Backend, kinds: &[Kind], job: Claimed) -> Outcome<()> {
    let Some(kind) = kinds.iter().find(|kind| kind.queue == job.queue) else {
        return backend.jobs.bury(&job, "no such kind of job").await;
    };
    if job.attempts > kind.max_attempts {
        return give_up(backend, &job, "the worker died at each try").await;
    }
    match attempt(backend, kind, &job).await {
        Ok(()) => {
            count(&job, "done");
            backend.jobs.done(&job).await
        }
        Err(JobError::Retry(reason)) if job.attempts < kind.max_attempts => {
            tracing::warn!(job = job.id, queue = job.queue, attempt = job.attempts, reason, "a job failed");
            count(&job, "retry");
            backend.jobs.retry(&job, wait(job.attempts), &reason).await
        }
        Err(JobError::Retry(reason) | JobError::GiveUp(reason)) => give_up(backend, &job, &reason).await,
    }
}

/// A panic fails the job and not the worker.
async fn attempt(backend: &Backend, kind: &Kind, job: &Claimed) -> Result<(), JobError> {
    let run = (kind.run)(backend.clone(), job.payload.clone());
    match tokio::time::timeout(TIME_LIMIT, AssertUnwindSafe(run).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(JobError::Retry(format!("panicked: {}", message(panic.as_ref())))),
        Err(_) => Err(JobError::Retry(format!("not done after {} seconds", TIME_LIMIT.as_secs()))),
    }
}

async fn give_up(backend: &Backend, job: &Claimed, reason: &str) -> Outcome<()> {
    tracing::error!(job = job.id, queue = job.queue, attempt = job.attempts, reason, "a job was given up");
    count(job, "dead");
    backend.jobs.bury(job, reason).await
}

/// 1 s, 2 s, 4 s … after the first, second, third try.
fn wait(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(20);
    TimeDelta::seconds(1 << doublings).min(LONGEST_WAIT)
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

fn count(job: &Claimed, outcome: &'static str) {
    metrics::counter!("rapport_jobs_total", "queue" => job.queue.clone(), "outcome" => outcome).increment(1);
}
