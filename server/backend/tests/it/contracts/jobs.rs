//! The promise of `JobQueue`.

use backend::{
    Backend,
    clock::Clock,
    database::{
        Pool,
        schema::{dead_jobs, jobs},
    },
    failure::{Failure, Outcome},
    jobs::{Job, JobError, JobQueue, LEASE},
    testing::Database,
};
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) struct Bench {
    pub(crate) queue: JobQueue,
    pub(crate) clock: Clock,
    pub(crate) db: Pool,
    /// Dropped last: the database goes with it.
    pub(crate) _database: Database,
}

macro_rules! job {
    ($name:ident, $queue:literal) => {
        #[derive(Serialize, Deserialize)]
        struct $name(i32);

        impl Job for $name {
            const QUEUE: &'static str = $queue;
            const MAX_ATTEMPTS: i32 = 3;

            async fn run(self, _: &Backend) -> Result<(), JobError> {
                Ok(())
            }
        }
    };
}

job!(A, "test.a");
job!(B, "test.b");

impl Bench {
    async fn enqueue<J: Job>(&self, job: J) {
        let mut conn = self.db.get().await.expect("a connection");
        self.queue.enqueue(&mut conn, &job).await.expect("queues");
    }

    /// What is claimed now, as `queue payload`.
    async fn claim(&self) -> Vec<String> {
        let claimed = self.claimed().await;
        let mut names: Vec<_> = claimed.iter().map(|job| format!("{} {}", job.queue, job.payload)).collect();
        names.sort();
        names
    }

    async fn claimed(&self) -> Vec<backend::jobs::Claimed> {
        self.queue.claim(&["test.a", "test.b"]).await.expect("claims")
    }

    async fn one(&self) -> backend::jobs::Claimed {
        let mut claimed = self.claimed().await;
        assert_eq!(claimed.len(), 1);
        claimed.remove(0)
    }
}

pub(crate) async fn is_enqueued_if_and_only_if_the_transaction_commits(bench: Bench) {
    let mut conn = bench.db.get().await.expect("a connection");
    let rolled_back: Outcome<()> = conn
        .transaction(async |conn| {
            bench.queue.enqueue(conn, &A(1)).await?;
            Err(Failure::Refused(model::Error::unavailable()))
        })
        .await;
    assert!(rolled_back.is_err());
    assert!(bench.claim().await.is_empty());
    let committed: Outcome<()> = conn
        .transaction(async |conn| {
            bench.queue.enqueue(conn, &A(2)).await?;
            assert!(bench.claim().await.is_empty(), "not before the commit");
            Ok(())
        })
        .await;
    committed.expect("commits");
    assert_eq!(bench.claim().await, ["test.a 2"]);
}

pub(crate) async fn first_in_first_out_within_a_queue(bench: Bench) {
    for n in 1..=3 {
        bench.enqueue(A(n)).await;
    }
    bench.enqueue(B(1)).await;
    assert_eq!(bench.queue.claim(&["test.b"]).await.expect("claims").len(), 1, "only what is asked for");
    let first = bench.one().await;
    assert_eq!(first.payload, json!(1));
    assert!(bench.claimed().await.is_empty(), "the first is in hand");
    bench.queue.retry(&first, TimeDelta::seconds(5), "not yet").await.expect("gives back");
    bench.clock.advance(TimeDelta::seconds(4));
    assert!(bench.claimed().await.is_empty(), "the first waits for its next try");
    bench.clock.advance(TimeDelta::seconds(1));
    let first = bench.one().await;
    assert_eq!((first.payload.clone(), first.attempts), (json!(1), 2));
    bench.queue.done(&first).await.expect("done");
    assert_eq!(bench.claim().await, ["test.a 2"]);
}

pub(crate) async fn a_job_in_hand_is_nobody_elses(bench: Bench) {
    for n in 0..20 {
        bench.enqueue(A(n)).await;
    }
    for n in 0..20 {
        let claims = futures::future::join_all((0..8).map(|_| bench.claimed())).await;
        let claimed: Vec<_> = claims.into_iter().flatten().collect();
        assert_eq!(claimed.iter().map(|job| job.payload.clone()).collect::<Vec<_>>(), [json!(n)]);
        bench.queue.done(&claimed[0]).await.expect("done");
    }
}

pub(crate) async fn runs_again_when_its_worker_died(bench: Bench) {
    bench.enqueue(A(1)).await;
    let dead = bench.one().await;
    bench.clock.advance(LEASE - TimeDelta::milliseconds(1));
    assert!(bench.claimed().await.is_empty());
    bench.clock.advance(TimeDelta::milliseconds(1));
    let again = bench.one().await;
    assert_eq!((again.id, again.attempts), (dead.id, 2));
}

pub(crate) async fn a_lost_lease_speaks_for_nobody(bench: Bench) {
    bench.enqueue(A(1)).await;
    let late = bench.one().await;
    bench.clock.advance(LEASE);
    let holder = bench.one().await;
    bench.queue.done(&late).await.expect("does nothing");
    bench.queue.bury(&late, "late").await.expect("does nothing");
    bench.queue.retry(&late, TimeDelta::zero(), "late").await.expect("does nothing");
    assert!(bench.claimed().await.is_empty(), "still in the holder's hand");
    bench.queue.done(&holder).await.expect("done");
    bench.clock.advance(LEASE);
    assert!(bench.claimed().await.is_empty());
    let mut conn = bench.db.get().await.expect("a connection");
    let dead: i64 = dead_jobs::table.count().get_result(&mut conn).await.expect("counts");
    assert_eq!(dead, 0);
}

pub(crate) async fn a_dead_job_keeps_its_reason_and_the_queue_goes_on(bench: Bench) {
    bench.enqueue(A(1)).await;
    bench.enqueue(A(2)).await;
    let job = bench.one().await;
    bench.queue.bury(&job, "no such address").await.expect("buries");
    assert_eq!(bench.claim().await, ["test.a 2"]);
    let mut conn = bench.db.get().await.expect("a connection");
    let columns =
        (dead_jobs::id, dead_jobs::queue, dead_jobs::payload, dead_jobs::attempts, dead_jobs::reason);
    let dead: Vec<(i64, String, serde_json::Value, i32, String)> =
        dead_jobs::table.select(columns).load(&mut conn).await.expect("rows");
    assert_eq!(dead, [(job.id, "test.a".into(), json!(1), 1, "no such address".into())]);
}

pub(crate) async fn what_is_done_from_time_to_time_is_queued_once(bench: Bench) {
    let enqueue = || async {
        let mut conn = bench.db.get().await.expect("a connection");
        let result: Outcome<()> =
            conn.transaction(async |conn| bench.queue.enqueue_if_none(conn, &A(1)).await).await;
        result.expect("queues");
    };
    futures::future::join_all((0..6).map(|_| enqueue())).await;
    let mut conn = bench.db.get().await.expect("a connection");
    let waiting: i64 = jobs::table.count().get_result(&mut conn).await.expect("counts");
    assert_eq!(waiting, 1);
}
