//! Running one job that is in hand, and writing down how it went.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use chrono::TimeDelta;
use futures::{FutureExt, future::join_all};

use super::{Claimed, JobError, KINDS, Kind};
use crate::{Backend, failure::Outcome};

/// A job must end before its lease does.
const TIME_LIMIT: Duration = Duration::from_secs(25);
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(5);

/// How a try ended.
pub(super) enum Verdict {
    Done,
    /// To be tried again after a wait.
    Again(TimeDelta, String),
    /// Given up.
    Dead(String),
}

/// Runs everything that is due now in the table and everything that this makes due; returns how many
/// runs that were. For tests and for commands: a server has a [worker](super::run_worker).
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
        let claimed = backend.jobs.table().claim(&queues).await?;
        if claimed.is_empty() {
            return Ok(runs);
        }
        runs += claimed.len();
        for result in join_all(claimed.into_iter().map(|job| run(backend, kinds, job))).await {
            result?;
        }
    }
}

/// Runs a job that was claimed from the table.
///
/// # Errors
/// Its outcome could not be written down: the job runs again when its lease is over.
pub(super) async fn run(backend: &Backend, kinds: &[Kind], job: Claimed) -> Outcome<()> {
    let table = backend.jobs.table();
    let Some(kind) = kinds.iter().find(|kind| kind.queue == job.queue) else {
        return table.bury(&job, "no such kind of job").await;
    };
    let verdict = match job.attempts > kind.max_attempts {
        true => Verdict::Dead("the worker died at each try".to_owned()),
        false => Verdict::of(kind, job.attempts, attempt(backend, kind, &job.payload).await),
    };
    verdict.tell(kind, job.id, job.attempts);
    match verdict {
        Verdict::Done => table.done(&job).await,
        Verdict::Again(wait, reason) => table.retry(&job, wait, &reason).await,
        Verdict::Dead(reason) => table.bury(&job, &reason).await,
    }
}

impl Verdict {
    /// `attempts`: which try it was, from 1.
    pub(super) fn of(kind: &Kind, attempts: i32, result: Result<(), JobError>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(JobError::Retry(reason)) if attempts < kind.max_attempts => {
                Self::Again(wait(attempts), reason)
            }
            Err(JobError::Retry(reason) | JobError::GiveUp(reason)) => Self::Dead(reason),
        }
    }

    /// Into the log and the figures.
    pub(super) fn tell(&self, kind: &Kind, job: i64, attempt: i32) {
        let queue = kind.queue;
        let outcome = match self {
            Self::Done => "done",
            Self::Again(_, reason) => {
                tracing::warn!(job, queue, attempt, reason, "a job failed");
                "retry"
            }
            Self::Dead(reason) => {
                tracing::error!(job, queue, attempt, reason, "a job was given up");
                "dead"
            }
        };
        metrics::counter!("rapport_jobs_total", "queue" => queue, "outcome" => outcome).increment(1);
    }
}

/// A panic fails the job and not the worker.
pub(super) async fn attempt(
    backend: &Backend,
    kind: &Kind,
    payload: &serde_json::Value,
) -> Result<(), JobError> {
    let run = (kind.run)(backend.clone(), payload.clone());
    match tokio::time::timeout(TIME_LIMIT, AssertUnwindSafe(run).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(JobError::Retry(format!("panicked: {}", message(panic.as_ref())))),
        Err(_) => Err(JobError::Retry(format!("not done after {} seconds", TIME_LIMIT.as_secs()))),
    }
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
