//! Port: work to be done after the transaction that caused it.

mod clean_registrations;
mod clean_sessions;
mod job;
mod kind;
mod postgres;
mod run;
mod send_existing_account;
mod send_verification;
mod send_welcome;
mod worker;

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use tokio::sync::Notify;

pub use clean_registrations::CleanRegistrations;
pub use clean_sessions::CleanSessions;
pub use job::{Job, JobError};
pub use kind::{KINDS, Kind};
pub use postgres::Claimed;
pub use run::{run_due_jobs, run_due_jobs_of};
pub use send_existing_account::SendExistingAccount;
pub use send_verification::SendVerification;
pub use send_welcome::SendWelcome;
pub use worker::run_worker;

use crate::{clock::Clock, database::Pool, failure::Outcome};
use postgres::Postgres;

/// How long a worker may hold a job before it is taken for dead.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

/// The queues of waiting jobs.
///
/// Promise: a job is enqueued if and only if the transaction that enqueued it commits. It then runs
/// at least once; a job whose worker died runs again when its lease is over. First in, first out
/// within a queue: no job starts while an earlier one of its queue is in hand or waits for its next
/// try; of transactions that overlapped, either may be the earlier. A job that gives up, or used up
/// its tries, becomes a dead job with its reason, and the queue goes on.
pub struct JobQueue {
    implementation: Implementation,
    wake: Notify,
}

enum Implementation {
    Postgres(Postgres),
}

impl JobQueue {
    /// The table of jobs, which every node works off together.
    pub fn postgres(db: Pool, clock: Clock) -> Self {
        Self { implementation: Implementation::Postgres(Postgres::new(db, clock)), wake: Notify::new() }
    }

    /// Queues a job in the caller's transaction. [`wake`](Self::wake) after its commit.
    ///
    /// # Errors
    /// The statement failed; the transaction is then lost as well.
    pub async fn enqueue<J: Job>(&self, conn: &mut AsyncPgConnection, job: &J) -> Outcome<()> {
        match &self.implementation {
            Implementation::Postgres(jobs) => jobs.enqueue(conn, job).await,
        }
    }

    /// Queues a job unless its queue has one already: for what is done from time to time.
    pub async fn enqueue_if_none<J: Job>(&self, conn: &mut AsyncPgConnection, job: &J) -> Outcome<()> {
        match &self.implementation {
            Implementation::Postgres(jobs) => jobs.enqueue_if_none(conn, job).await,
        }
    }

    /// Makes this process's worker look at once instead of at its next round.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Takes the first job of each of the queues, where it is due, for [`LEASE`].
    pub async fn claim(&self, queues: &[&str]) -> Outcome<Vec<Claimed>> {
        match &self.implementation {
            Implementation::Postgres(jobs) => jobs.claim(queues).await,
        }
    }

    /// Strikes a job off. Nothing happens if its lease was lost to another worker meanwhile; the
    /// same holds for [`retry`](Self::retry) and [`bury`](Self::bury).
    pub async fn done(&self, job: &Claimed) -> Outcome<()> {
        match &self.implementation {
            Implementation::Postgres(jobs) => jobs.done(job).await,
        }
    }

    /// Gives a job back, to be tried again after `wait`.
    pub async fn retry(&self, job: &Claimed, wait: TimeDelta, reason: &str) -> Outcome<()> {
        match &self.implementation {
            Implementation::Postgres(jobs) => jobs.retry(job, wait, reason).await,
        }
    }

    /// Makes it a dead job.
    pub async fn bury(&self, job: &Claimed, reason: &str) -> Outcome<()> {
        match &self.implementation {
            Implementation::Postgres(jobs) => jobs.bury(job, reason).await,
        }
    }

    async fn woken(&self) {
        self.wake.notified().await;
    }
}
