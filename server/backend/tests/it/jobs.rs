//! The implementations of `JobQueue`, the table's leases, and the worker.

use std::time::Duration;

use backend::{
    Backend,
    database::schema::{dead_jobs, jobs},
    jobs::{
        Claimed, Job, JobError, Kind, LEASE, SendVerification, run_due_jobs, run_due_jobs_of, run_worker,
    },
    mail::{Mail, MailId},
};
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::accounts_world::{World, email};

mod table {
    use crate::contracts::{contract, jobs::Bench};

    async fn table() -> Bench {
        Bench::new(None).await
    }

    contract!(jobs, table:
        is_enqueued_if_and_only_if_the_transaction_commits,
        first_in_first_out_within_a_queue,
        a_job_in_hand_is_nobody_elses,
        runs_again_when_its_worker_died,
        a_job_in_hand_is_finished_when_its_worker_is_asked_to_stop,
        a_dead_job_keeps_its_reason_and_the_queue_goes_on,
        what_is_done_from_time_to_time_is_queued_once,
    );
}

mod rabbitmq {
    use testing::Broker;

    use crate::contracts::{contract, jobs::Bench};

    async fn rabbitmq() -> Bench {
        let broker = Broker::shared().await;
        Bench::new(Some((broker.url(), broker.prefix()))).await
    }

    contract!(jobs, rabbitmq:
        is_enqueued_if_and_only_if_the_transaction_commits,
        first_in_first_out_within_a_queue,
        a_job_in_hand_is_nobody_elses,
        runs_again_when_its_worker_died,
        a_job_in_hand_is_finished_when_its_worker_is_asked_to_stop,
        a_dead_job_keeps_its_reason_and_the_queue_goes_on,
        what_is_done_from_time_to_time_is_queued_once,
    );
}

/// Leaves a mail at each run, then does as it is told.
#[derive(Serialize, Deserialize)]
enum Told {
    Succeed(i32),
    Fail,
    GiveUp,
    Panic,
}

impl Job for Told {
    const QUEUE: &'static str = "test.told";
    const MAX_ATTEMPTS: i32 = 3;

    async fn run(self, backend: &Backend) -> Result<(), JobError> {
        let id = MailId::new("run", Uuid::now_v7(), 1);
        let subject = serde_json::to_string(&self).expect("serialises");
        let (to, text, html) = (String::new(), String::new(), String::new());
        backend.mailer.send(Mail { id, at: backend.clock.now(), to, subject, text, html }).await?;
        match self {
            Self::Succeed(_) => Ok(()),
            Self::Fail => Err(JobError::Retry("as told".to_owned())),
            Self::GiveUp => Err(JobError::GiveUp("as told".to_owned())),
            Self::Panic => panic!("as told"),
        }
    }
}

async fn enqueue(world: &World, job: Told) {
    let mut conn = world.backend.db.get().await.expect("a connection");
    world.backend.jobs.enqueue(&mut conn, &job).await.expect("queues");
}

/// How many jobs are due and run now.
async fn due(world: &World) -> usize {
    run_due_jobs_of(&world.backend, &[Kind::of::<Told>()]).await.expect("jobs run")
}

async fn runs(world: &World) -> Vec<String> {
    let mut mails = world.backend.mailer.mailbox(usize::MAX).await.expect("a mailbox");
    mails.reverse();
    mails.into_iter().map(|mail| mail.subject).collect()
}

async fn dead(world: &World) -> Vec<(i32, String)> {
    let mut conn = world.backend.db.get().await.expect("a connection");
    let query = dead_jobs::table.select((dead_jobs::attempts, dead_jobs::reason));
    query.load(&mut conn).await.expect("rows")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_holds_its_queue_until_it_is_given_up() {
    for (job, reason) in [(Told::Fail, "as told"), (Told::Panic, "panicked: as told")] {
        let world = World::new().await;
        enqueue(&world, job).await;
        enqueue(&world, Told::Succeed(2)).await;
        assert_eq!(due(&world).await, 1);
        world.pass(1);
        assert_eq!(due(&world).await, 1, "the second try, a second later");
        world.pass(1);
        assert_eq!(due(&world).await, 0, "each wait is longer");
        world.pass(1);
        assert_eq!(due(&world).await, 2, "the last try, and the queue goes on");
        assert_eq!(dead(&world).await, [(3, reason.to_owned())]);
        assert_eq!(runs(&world).await.last().expect("ran"), r#"{"Succeed":2}"#);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hopeless_job_is_given_up_at_once() {
    let world = World::new().await;
    enqueue(&world, Told::GiveUp).await;
    enqueue(&world, Told::Succeed(2)).await;
    assert_eq!(due(&world).await, 2);
    assert_eq!(dead(&world).await, [(1, "as told".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_job_is_given_up_at_once() {
    let world = World::new().await;
    let mut conn = world.backend.db.get().await.expect("a connection");
    let now = world.clock.now();
    diesel::insert_into(jobs::table)
        .values((
            jobs::queue.eq(Told::QUEUE),
            jobs::payload.eq(serde_json::json!({ "Unheard": true })),
            jobs::run_at.eq(now),
            jobs::created_at.eq(now),
        ))
        .execute(&mut conn)
        .await
        .expect("a row");
    assert_eq!(due(&world).await, 1);
    let dead = dead(&world).await;
    assert!(dead[0].1.starts_with("unreadable payload"), "{dead:?}");
}

async fn claimed(world: &World) -> Vec<Claimed> {
    world.backend.jobs.table().claim(&[Told::QUEUE]).await.expect("claims")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_at_once_one_gets_the_job() {
    let world = World::new().await;
    for n in 0..20 {
        enqueue(&world, Told::Succeed(n)).await;
    }
    for n in 0..20 {
        let claims = futures::future::join_all((0..8).map(|_| claimed(&world))).await;
        let claimed: Vec<_> = claims.into_iter().flatten().collect();
        let payloads: Vec<_> = claimed.iter().map(|job| job.payload.clone()).collect();
        assert_eq!(payloads, [serde_json::json!({ "Succeed": n })]);
        world.backend.jobs.table().done(&claimed[0]).await.expect("done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_holds_until_its_end_and_not_longer() {
    let world = World::new().await;
    enqueue(&world, Told::Succeed(1)).await;
    let dead = claimed(&world).await.remove(0);
    world.clock.advance(LEASE - TimeDelta::milliseconds(1));
    assert!(claimed(&world).await.is_empty());
    world.clock.advance(TimeDelta::milliseconds(1));
    let again = claimed(&world).await.remove(0);
    assert_eq!((again.id, again.attempts), (dead.id, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_lease_speaks_for_nobody() {
    let world = World::new().await;
    let table = world.backend.jobs.table();
    enqueue(&world, Told::Succeed(1)).await;
    let late = claimed(&world).await.remove(0);
    world.clock.advance(LEASE);
    let holder = claimed(&world).await.remove(0);
    table.done(&late).await.expect("does nothing");
    table.bury(&late, "late").await.expect("does nothing");
    table.retry(&late, TimeDelta::zero(), "late").await.expect("does nothing");
    assert!(claimed(&world).await.is_empty(), "still in the holder's hand");
    table.done(&holder).await.expect("done");
    world.clock.advance(LEASE);
    assert!(claimed(&world).await.is_empty());
    assert!(dead(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_its_worker_is_given_up_in_the_end() {
    let world = World::new().await;
    enqueue(&world, Told::Succeed(1)).await;
    for _ in 0..3 {
        assert_eq!(world.backend.jobs.table().claim(&[Told::QUEUE]).await.expect("claims").len(), 1);
        world.clock.advance(LEASE);
    }
    assert_eq!(due(&world).await, 1);
    assert_eq!(dead(&world).await, [(4, "the worker died at each try".to_owned())]);
    assert!(runs(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_worker_died_after_sending_is_one_mail() {
    let world = World::new().await;
    world.register("ada").await;
    let claimed = world.backend.jobs.table().claim(&[SendVerification::QUEUE]).await.expect("claims");
    let job: SendVerification = serde_json::from_value(claimed[0].payload.clone()).expect("a job");
    assert!(job.run(&world.backend).await.is_ok());
    assert_eq!(run_due_jobs(&world.backend).await.expect("jobs run"), 0, "still in hand");
    world.clock.advance(LEASE);
    assert_eq!(run_due_jobs(&world.backend).await.expect("jobs run"), 1, "runs again");
    assert_eq!(world.mails(&email("ada")).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_runs_what_is_queued_cleans_and_stops() {
    let world = World::new().await;
    world.register("grace").await;
    world.pass(model::limits::CODE_SECONDS);
    let stop = CancellationToken::new();
    let worker = tokio::spawn(run_worker(world.backend.clone(), stop.clone()));
    let registration = world.register("ada").await;
    eventually(async || {
        let mails = world.backend.mailer.mailbox(10).await.expect("a mailbox");
        mails.iter().any(|mail| mail.to == email("ada"))
    })
    .await;
    eventually(async || {
        use backend::database::schema::registrations;
        let mut conn = world.backend.db.get().await.expect("a connection");
        let left: Vec<model::RegistrationId> =
            registrations::table.select(registrations::id).load(&mut conn).await.expect("rows");
        left == [registration]
    })
    .await;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), worker).await.expect("stops").expect("ends well");
}

/// Waits for a condition, for ten seconds at most.
async fn eventually(mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("comes true");
}
