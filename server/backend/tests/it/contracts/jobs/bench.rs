//! A queue, a database and workers, for one test.

use std::time::Duration;

use backend::{
    Backend, Setup,
    clock::Clock,
    database::{
        Pool,
        schema::{dead_jobs, jobs},
    },
    jobs::{Job, JobQueue, RabbitSettings, run_worker_of},
    mail::Mailer,
    secret::Secret,
};
use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use testing::Database;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::told::{KINDS, TABLES, events};

/// How long something may take that happens at once on an idle machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A queue, a database, and a clock that time is made to pass on.
pub(crate) struct Bench {
    pub(crate) backend: Backend,
    pub(crate) clock: Clock,
    pub(crate) rabbit: Option<(String, String)>,
    pub(crate) database: Database,
}

/// A worker in this process.
pub(crate) struct Worker {
    pub(super) stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Bench {
    /// `rabbit`: where RabbitMQ answers, and the prefix of its queues.
    pub(crate) async fn new(rabbit: Option<(String, String)>) -> Self {
        let (database, clock) = (Database::create().await, Clock::manual(Utc::now()));
        testing::execute(database.url(), TABLES).await.expect("two tables");
        let backend = node(database.pool().await, clock.clone(), rabbit.as_ref()).await;
        Self { backend, clock, rabbit, database }
    }

    pub(crate) async fn node(&self) -> Backend {
        node(self.database.pool().await, self.clock.clone(), self.rabbit.as_ref()).await
    }

    pub(crate) async fn enqueue<J: Job>(&self, job: J) {
        let mut conn = self.backend.db.get().await.expect("a connection");
        self.backend.jobs.enqueue(&mut conn, &job).await.expect("queues");
        self.backend.jobs.wake();
    }

    pub(crate) fn worker(&self) -> Worker {
        Worker::start(self.backend.clone())
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        events(&self.backend.db).await.expect("rows")
    }

    /// Lets time pass until something has happened.
    pub(crate) async fn until(&self, event: &str) {
        self.eventually(event, async || self.events().await.iter().any(|known| known == event)).await;
    }

    pub(crate) async fn eventually(&self, what: &str, mut condition: impl AsyncFnMut() -> bool) {
        let waiting = async {
            while !condition().await {
                tokio::time::sleep(Duration::from_millis(10)).await;
                self.clock.advance(TimeDelta::milliseconds(20));
                self.backend.jobs.wake();
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("{what}: did not happen; what did: {:?}", self.events().await);
        }
    }

    pub(crate) async fn open_the_gate(&self) {
        self.sql("INSERT INTO open_gate DEFAULT VALUES").await;
    }

    pub(crate) async fn sql(&self, statements: &str) {
        let mut conn = self.backend.db.get().await.expect("a connection");
        conn.batch_execute(statements).await.expect("statements that may be run");
    }

    /// Queue, payload, tries and reason of every dead job.
    pub(crate) async fn dead(&self) -> Vec<(String, serde_json::Value, i32, String)> {
        let columns = (dead_jobs::queue, dead_jobs::payload, dead_jobs::attempts, dead_jobs::reason);
        let mut conn = self.backend.db.get().await.expect("a connection");
        dead_jobs::table.select(columns).order(dead_jobs::id).load(&mut conn).await.expect("rows")
    }

    /// How many jobs wait in the table.
    pub(crate) async fn rows(&self) -> i64 {
        let mut conn = self.backend.db.get().await.expect("a connection");
        jobs::table.count().get_result(&mut conn).await.expect("counts")
    }
}

impl Worker {
    pub(crate) fn start(backend: Backend) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(run_worker_of(backend, &KINDS, stop.clone()));
        Self { stop, task }
    }

    pub(crate) fn is_at_work(&self) -> bool {
        !self.task.is_finished()
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task).await.expect("stops").expect("ends well");
    }

    /// Its connections break, and nothing it did is finished.
    pub(crate) async fn vanish(self) {
        self.task.abort();
        assert!(self.task.await.expect_err("was at work").is_cancelled());
    }
}

pub(super) async fn node(db: Pool, clock: Clock, rabbit: Option<&(String, String)>) -> Backend {
    let setup = Setup {
        db: db.clone(),
        clock: clock.clone(),
        secret: Secret::new([7; 32]),
        mailer: Mailer::memory(),
        media: backend::Media::default(),
    };
    let backend = Backend::compose(setup).await.expect("the database answers");
    match rabbit {
        None => backend.with_jobs(JobQueue::postgres(db, clock)),
        Some((url, prefix)) => {
            let settings = RabbitSettings::parse(url).expect("a good address").with_prefix(prefix);
            backend.with_jobs(JobQueue::rabbitmq(db, clock, settings))
        }
    }
}
