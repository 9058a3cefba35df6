//! The promise of `JobQueue`, by what its jobs and its workers do.

mod bench;
mod process;
mod told;

use backend::{failure::Outcome, jobs::LEASE};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use serde_json::json;

use self::process::Process;
pub(crate) use self::{
    bench::{Bench, Worker},
    told::{A, B, Told},
};

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
    // A job that was done is given again when the connection broke before that was known.
    let events = bench.events().await;
    let mut jobs: Vec<&[String]> = events.chunks(2).collect();
    jobs.dedup();
    assert_eq!(jobs.concat(), expected);
    for worker in workers {
        worker.stop().await;
    }
}

/// Fails when a job is struck off, or its message acknowledged, as soon as a worker has it.
pub(crate) async fn runs_again_when_its_worker_died(bench: Bench) {
    let victim = Process::start(&bench);
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
