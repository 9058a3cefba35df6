//! Port: work to be done after the transaction that caused it.

mod clean_changes;
mod clean_registrations;
mod clean_sessions;
mod job;
mod kind;
mod rabbitmq;
mod round;
mod run;
mod send_existing_account;
mod send_verification;
mod send_welcome;
mod table;
mod worker;

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use tokio::sync::Notify;

pub use clean_changes::CleanChanges;
pub use clean_registrations::CleanRegistrations;
pub use clean_sessions::CleanSessions;
pub use job::{Job, JobError};
pub use kind::{KINDS, Kind};
pub use rabbitmq::RabbitSettings;
pub use run::{run_due_jobs, run_due_jobs_of};
pub use send_existing_account::SendExistingAccount;
pub use send_verification::SendVerification;
pub use send_welcome::SendWelcome;
pub use table::{Claimed, Table};
pub use worker::{run_worker, run_worker_of};

use crate::{clock::Clock, database::Pool, failure::Outcome};

/// How long a worker may hold a row of the table before it is taken for dead.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

/// The queues of waiting jobs.
///
/// Promise: a job is enqueued if and only if the transaction that enqueued it commits. It then runs
/// at least once; a job whose worker died runs again. First in, first out within a queue: no job
/// starts while an earlier one of its queue is in hand or waits for its next try; of transactions
/// that overlapped, either may be the earlier. A job that gives up, or used up its tries, becomes a
/// dead job (table `dead_jobs`) with its reason, and the queue goes on.
pub struct JobQueue {
    table: Table,
    implementation: Implementation,
    wake: Notify,
}

enum Implementation {
    /// Workers take jobs from the table.
    Table,
    /// A relay moves jobs from the table to RabbitMQ, and workers take them from there.
    RabbitMq(RabbitSettings),
}

impl JobQueue {
    /// The table of jobs, which every node works off together.
    pub fn postgres(db: Pool, clock: Clock) -> Self {
        Self::new(db, clock, Implementation::Table)
    }

    /// RabbitMQ, fed by a relay of the table: what enqueues needs the database alone. A lost
    /// connection, RabbitMQ's or a worker's, sends the job in hand back to its queue's head.
    pub fn rabbitmq(db: Pool, clock: Clock, settings: RabbitSettings) -> Self {
        Self::new(db, clock, Implementation::RabbitMq(settings))
    }

    fn new(db: Pool, clock: Clock, implementation: Implementation) -> Self {
        Self { table: Table::new(db, clock), implementation, wake: Notify::new() }
    }

    /// Queues a job in the caller's transaction. [`wake`](Self::wake) after its commit.
    ///
    /// # Errors
    /// The statement failed; the transaction is then lost as well.
    pub async fn enqueue<J: Job>(&self, conn: &mut AsyncPgConnection, job: &J) -> Outcome<()> {
        self.table.enqueue(conn, job).await
    }

    /// Queues a job unless one of its queue waits in the table already: for what is done from time
    /// to time.
    pub async fn enqueue_if_none<J: Job>(&self, conn: &mut AsyncPgConnection, job: &J) -> Outcome<()> {
        self.table.enqueue_if_none(conn, job).await
    }

    /// Makes this process's worker look at once instead of at its next round.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// The jobs that wait in the database.
    pub fn table(&self) -> &Table {
        &self.table
    }

    async fn woken(&self) {
        self.wake.notified().await;
    }
}
