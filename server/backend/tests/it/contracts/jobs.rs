//! The promise of `JobQueue`, by what its jobs and its workers do.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use backend::{
    Backend, Setup,
    clock::Clock,
    database::{
        Pool,
        schema::{dead_jobs, jobs},
    },
    failure::Outcome,
    jobs::{Job, JobError, JobQueue, Kind, LEASE, RabbitSettings, run_worker_of},
    mail::{Mail, MailId, Mailer},
    secret::Secret,
    testing::Database,
};
use chrono::{TimeDelta, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long something may take that happens at once on an idle machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which jobs do as they are told.
pub(crate) static KINDS: [Kind; 2] = [Kind::of::<A>(), Kind::of::<B>()];

const TABLES: &str = "\
    CREATE TABLE runs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event text NOT NULL); \
    CREATE TABLE open_gate ();";

/// What a job does once it has written down that it began.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Told {
    Succeed,
    /// So many tries fail.
    Fail(i64),
    GiveUp,
    /// Ends when the gate is open.
    Wait,
    /// Leaves a mail, always the same.
    Mail,
}

macro_rules! job {
    ($name:ident, $queue:literal, $tries:literal) => {
        #[derive(Serialize, Deserialize)]
        pub(crate) struct $name(pub(crate) i32, pub(crate) Told);

        impl Job for $name {
            const QUEUE: &'static str = $queue;
            const MAX_ATTEMPTS: i32 = $tries;

            async fn run(self, backend: &Backend) -> Result<(), JobError> {
                let name = format!("{}{}", stringify!($name), self.0);
                record(backend, &name, "begun").await?;
                let ended = self.1.act(backend, &name).await;
                record(backend, &name, if ended.is_ok() { "ended" } else { "failed" }).await?;
                ended
            }
        }
    };
}

job!(A, "test.a", 3);
job!(B, "test.b", 1);

impl Told {
    async fn act(self, backend: &Backend, name: &str) -> Result<(), JobError> {
        match self {
            Self::Succeed => Ok(()),
            Self::GiveUp => Err(JobError::GiveUp("as told".to_owned())),
            Self::Fail(times) => match tries(backend, name).await? <= times {
                true => Err(JobError::Retry("as told".to_owned())),
                false => Ok(()),
            },
            Self::Wait => {
                while !gate_is_open(backend).await? {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Ok(())
            }
            Self::Mail => {
                let (to, text, html) = (String::new(), String::new(), String::new());
                let id = MailId::new("told", uuid::Uuid::nil(), 1);
                let at = backend.clock.now();
                Ok(backend.mailer.send(Mail { id, at, to, subject: name.to_owned(), text, html }).await?)
            }
        }
    }
}

async fn record(backend: &Backend, name: &str, what: &str) -> Outcome<()> {
    let mut conn = backend.db.get().await?;
    let insert = diesel::sql_query("INSERT INTO runs (event) VALUES ($1)");
    insert.bind::<sql_types::Text, _>(format!("{name} {what}")).execute(&mut conn).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Event {
    #[diesel(sql_type = sql_types::Text)]
    event: String,
}

async fn events(db: &Pool) -> Outcome<Vec<String>> {
    let rows: Vec<Event> =
        diesel::sql_query("SELECT event FROM runs ORDER BY id").load(&mut db.get().await?).await?;
    Ok(rows.into_iter().map(|row| row.event).collect())
}

async fn tries(backend: &Backend, name: &str) -> Outcome<i64> {
    let begun = format!("{name} begun");
    Ok(events(&backend.db).await?.iter().filter(|event| **event == begun).count() as i64)
}

async fn gate_is_open(backend: &Backend) -> Outcome<bool> {
    let found = diesel::sql_query("SELECT 'open' AS event FROM open_gate LIMIT 1");
    Ok(!found.load::<Event>(&mut backend.db.get().await?).await?.is_empty())
}

/// A queue, a database, and a clock that time is made to pass on.
pub(crate) struct Bench {
    pub(crate) backend: Backend,
    pub(crate) clock: Clock,
    pub(crate) rabbit: Option<(String, String)>,
    pub(crate) database: Database,
}

/// A worker in this process.
pub(crate) struct Worker {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Bench {
    /// `rabbit`: where RabbitMQ answers, and the prefix of its queues.
    pub(crate) async fn new(rabbit: Option<(String, String)>) -> Self {
        let (database, clock) = (Database::create().await, Clock::manual(Utc::now()));
        backend::testing::execute(database.url(), TABLES).await.expect("two tables");
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

    /// A worker that can be killed as the kernel kills.
    fn process(&self) -> Process {
        let mut command = Command::new(std::env::current_exe().expect("this is a program"));
        command.args(["--exact", "--ignored", "contracts::jobs::a_worker_in_a_process_of_its_own"]);
        command.env("TEST_WORKER_DATABASE", self.database.url());
        if let Some((url, prefix)) = &self.rabbit {
            command.env("TEST_WORKER_RABBITMQ", url).env("TEST_WORKER_PREFIX", prefix);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        Process(command.spawn().expect("starts"))
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

struct Process(Child);

impl Process {
    fn kill(mut self) {
        self.0.kill().expect("is killed");
        self.0.wait().expect("is dead");
    }
}

/// No test: started by those that kill a worker.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by other tests"]
async fn a_worker_in_a_process_of_its_own() {
    let variable = |name| std::env::var(name).ok();
    let database = variable("TEST_WORKER_DATABASE").expect("is started by another test");
    // Gone with the test that started it.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let rabbit = variable("TEST_WORKER_RABBITMQ").zip(variable("TEST_WORKER_PREFIX"));
    let db = backend::database::connect(&database, 4).await.expect("the database answers");
    let backend = node(db, Clock::system(), rabbit.as_ref()).await;
    run_worker_of(backend, &KINDS, CancellationToken::new()).await;
}

async fn node(db: Pool, clock: Clock, rabbit: Option<&(String, String)>) -> Backend {
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

/// Fails when `enqueue` takes a connection of its own.
pub(crate) async fn is_enqueued_if_and_only_if_the_transaction_commits(bench: Bench) {
    let worker = bench.worker();
    let mut conn = bench.backend.db.get().await.expect("a connection");
    let queue = &bench.backend.jobs;
    conn.batch_execute("BEGIN").await.expect("begins");
    queue.enqueue(&mut conn, &A(1, Told::Succeed)).await.expect("queues");
    conn.batch_execute("ROLLBACK; BEGIN").await.expect("rolls back");
    queue.enqueue(&mut conn, &A(2, Told::Succeed)).await.expect("queues");
    // Once the worker has brought this to its end, it has looked.
    bench.enqueue(B(1, Told::Succeed)).await;
    bench.until("B1 ended").await;
    assert_eq!(bench.events().await, ["B1 begun", "B1 ended"], "not before the commit");
    conn.batch_execute("COMMIT").await.expect("commits");
    bench.until("A2 ended").await;
    assert_eq!(bench.events().await, ["B1 begun", "B1 ended", "A2 begun", "A2 ended"]);
    worker.stop().await;
}

/// Fails when a job that waits for its next try goes to the end of its queue (as in RabbitMQ without
/// a delivery limit), or when a worker gets two messages at once.
pub(crate) async fn first_in_first_out_within_a_queue(bench: Bench) {
    bench.enqueue(A(1, Told::Fail(2))).await;
    bench.enqueue(A(2, Told::Succeed)).await;
    bench.enqueue(A(3, Told::Succeed)).await;
    bench.enqueue(B(1, Told::Succeed)).await;
    let worker = bench.worker();
    bench.until("A3 ended").await;
    let events = bench.events().await;
    let place = |event| events.iter().position(|known| known == event).expect("happened");
    assert!(place("B1 ended") < place("A1 ended"), "the other queue goes on meanwhile: {events:?}");
    let of_a: Vec<_> = events.iter().filter(|event| event.starts_with('A')).collect();
    let tries = ["A1 begun", "A1 failed", "A1 begun", "A1 failed", "A1 begun", "A1 ended"];
    assert_eq!(of_a, [&tries[..], &["A2 begun", "A2 ended", "A3 begun", "A3 ended"]].concat());
    worker.stop().await;
}

/// Fails without leases (table) or without a single active consumer (RabbitMQ).
pub(crate) async fn a_job_in_hand_is_nobody_elses(bench: Bench) {
    let mut workers = vec![bench.worker()];
    for _ in 0..2 {
        workers.push(Worker::start(bench.node().await));
    }
    for n in 0..30 {
        bench.enqueue(A(n, Told::Succeed)).await;
    }
    bench.until("A29 ended").await;
    let expected: Vec<_> = (0..30).flat_map(|n| [format!("A{n} begun"), format!("A{n} ended")]).collect();
    assert_eq!(bench.events().await, expected);
    for worker in workers {
        worker.stop().await;
    }
}

/// Fails when a job is struck off, or its message acknowledged, as soon as a worker has it.
pub(crate) async fn runs_again_when_its_worker_died(bench: Bench) {
    let victim = bench.process();
    bench.enqueue(A(1, Told::Wait)).await;
    bench.enqueue(A(2, Told::Succeed)).await;
    bench.until("A1 begun").await;
    if bench.rabbit.is_some() {
        // A relay that dies in the middle is another test's.
        bench.eventually("all are relayed", async || bench.rows().await == 0).await;
    }
    victim.kill();
    bench.open_the_gate().await;
    bench.clock.advance(LEASE * 2);
    let worker = bench.worker();
    bench.until("A2 ended").await;
    assert_eq!(bench.events().await, ["A1 begun", "A1 begun", "A1 ended", "A2 begun", "A2 ended"]);
    worker.stop().await;
}

/// Fails when the worker does not wait for its jobs at its end.
pub(crate) async fn a_job_in_hand_is_finished_when_its_worker_is_asked_to_stop(bench: Bench) {
    bench.enqueue(A(1, Told::Wait)).await;
    bench.enqueue(A(2, Told::Succeed)).await;
    let worker = bench.worker();
    bench.until("A1 begun").await;
    worker.stop.cancel();
    bench.open_the_gate().await;
    worker.stop().await;
    assert_eq!(bench.events().await, ["A1 begun", "A1 ended"], "and nothing new is begun");
    let next = bench.worker();
    bench.until("A2 ended").await;
    assert_eq!(bench.events().await, ["A1 begun", "A1 ended", "A2 begun", "A2 ended"]);
    next.stop().await;
}

/// Fails when a job is only acknowledged, or stays at the head of its queue.
pub(crate) async fn a_dead_job_keeps_its_reason_and_the_queue_goes_on(bench: Bench) {
    bench.enqueue(A(1, Told::GiveUp)).await;
    bench.enqueue(A(2, Told::Fail(9))).await;
    bench.enqueue(A(3, Told::Succeed)).await;
    let worker = bench.worker();
    bench.until("A3 ended").await;
    let dead = [
        ("test.a".to_owned(), json!([1, "GiveUp"]), 1, "as told".to_owned()),
        ("test.a".to_owned(), json!([2, { "Fail": 9 }]), 3, "as told".to_owned()),
    ];
    assert_eq!(bench.dead().await, dead);
    worker.stop().await;
}

/// Fails without the lock on the queue's name.
pub(crate) async fn what_is_done_from_time_to_time_is_queued_once(bench: Bench) {
    let enqueue = || async {
        let mut conn = bench.backend.db.get().await.expect("a connection");
        let job = A(1, Told::Succeed);
        let result: Outcome<()> =
            conn.transaction(async |conn| bench.backend.jobs.enqueue_if_none(conn, &job).await).await;
        result.expect("queues");
    };
    futures::future::join_all((0..6).map(|_| enqueue())).await;
    assert_eq!(bench.rows().await, 1);
}
