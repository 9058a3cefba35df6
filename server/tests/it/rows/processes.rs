//! Processes that are killed: the program, and its PostgreSQL.

use std::time::{Duration, Instant};

use backend::accounts::{Origin, SignUp};
use model::MessageId;
use nix::sys::signal::Signal;
use testing::{execute, history, number, person, session};
use tokio::{sync::watch, time::sleep};

use super::talker::Talker;
use crate::program::{Program, home};

/// PostgreSQL starts again, and the program pauses for up to five seconds between two tries.
const BACK_WITHIN: Duration = Duration::from_secs(60);

/// Fails when `catch_up` finds nobody behind: who comes back has a hole. And when the lock of the data
/// folder is what stands in its file, and not the kernel's: the program does not start again.
#[tokio::test(flavor = "multi_thread")]
async fn row_1_a_killed_server_loses_nothing_and_its_clients_go_on() {
    let home = home();
    let data = home.path().join("data");
    let mut program = Program::start(&data).await;
    let (moved, port) = watch::channel(program.port);
    let backend = program.backend().await;
    let mut talkers = Vec::new();
    for name in ["ana", "bea", "cai"] {
        talkers.push(Talker::start(&backend, name, port.clone()).await);
    }
    for _ in 0..3 {
        for talker in &talkers {
            talker.more(15).await;
        }
        program.kill().await;
        program = Program::start(&data).await;
        moved.send(program.port).unwrap();
    }
    for talker in talkers {
        talker.more(15).await;
        talker.finish(&program, &backend).await;
    }
    drop(backend);
    program.stop().await;
}

/// The program stands still from before the commit until it is killed: its answer is never written.
/// Fails when the log's statement looks for no known ids (`known` in append.sql finds nothing): the
/// retry is refused for ever.
#[tokio::test(flavor = "multi_thread")]
async fn row_2_a_server_killed_between_commit_and_answer_takes_the_retry_for_the_same_message() {
    let home = home();
    let data = home.path().join("data");
    let program = Program::start(&data).await;
    let (url, backend) = (program.database_url(), program.backend().await);
    let (ana, bo) = (person(&backend, "ana").await, person(&backend, "bo_").await);
    let room = backend.open_private(&ana, bo.user()).await.unwrap().id;
    let ana = session(&backend, ana.user()).await;
    let mut device = program.dial(&ana).await;
    device.catch_up(&[]).await;

    let lock = format!("BEGIN; SELECT FROM rooms WHERE id = '{room}' FOR UPDATE; SELECT pg_sleep(60)");
    let holding = tokio::spawn({
        let url = url.clone();
        async move { execute(&url, &lock).await }
    });
    until(&url, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'").await;
    let id = device.send(room, "once").await;
    until(&url, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").await;
    program.signal(Signal::SIGSTOP);
    let release = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    execute(&url, release).await.unwrap();
    assert!(holding.await.unwrap().is_err());
    until(&url, &format!("SELECT count(*) FROM messages WHERE id = '{id}'")).await;
    program.kill().await;
    while let Some(frame) = device.last_words().await {
        assert!(!format!("{frame:?}").contains(&id.to_string()), "{frame:?}");
    }

    let program = Program::start(&data).await;
    let mut device = program.dial(&ana).await;
    device.catch_up(&[]).await;
    for _ in 0..3 {
        device.send_as(room, id, "once").await;
        assert_eq!(device.answer(id).await, Ok(1));
    }
    let next = device.send(room, "and on").await;
    assert_eq!(device.answer(next).await, Ok(2));
    let there: Vec<(i64, MessageId)> =
        history(&backend, room).await.into_iter().map(|(seq, id, _)| (seq, id)).collect();
    assert_eq!(there, [(1, id), (2, next)]);
    drop(backend);
    program.stop().await;
}

/// Kept from coming back for a while, so that there is something to see.
/// Fails when readers wait as long as writers (`LONG` for `HICCUP` in `connect`), and when the private
/// PostgreSQL is not started again (`supervise` returns when it ends).
#[tokio::test(flavor = "multi_thread")]
async fn row_6_a_killed_postgresql_is_told_at_once_and_comes_back_by_itself() {
    let home = home();
    let data = home.path().join("data");
    let program = Program::start(&data).await;
    let (_keep, port) = watch::channel(program.port);
    let backend = program.backend().await;
    let mut talkers = Vec::new();
    for name in ["ana", "bea", "cai"] {
        talkers.push(Talker::start(&backend, name, port.clone()).await);
    }
    for talker in &talkers {
        talker.more(15).await;
    }
    // Work that others do: it waits, and is not given up.
    sign_up(&backend, "dov").await;
    let control = data.join("postgres/cluster/global/pg_control");
    std::fs::rename(&control, control.with_extension("away")).unwrap();
    program.kill_postgres();

    let page = format!("/api/messages/page?room={}", talkers[0].room);
    let (mut refused, killed_at) = (0, Instant::now());
    while refused < 20 {
        let asked = Instant::now();
        let status = program.get(&page, Some(&talkers[0].reader)).await;
        assert!(asked.elapsed() < Duration::from_millis(1_800), "{status} after {:?}", asked.elapsed());
        assert!([200, 503].contains(&status), "{status}");
        refused += u32::from(status == 503);
        assert!(killed_at.elapsed() < BACK_WITHIN, "reading goes on");
    }
    let asked = Instant::now();
    let status = program.get(&format!("/chats/{}", talkers[0].room), Some(&talkers[0].reader)).await;
    assert!(
        status == 503 && asked.elapsed() < Duration::from_millis(1_800),
        "{status} {:?}",
        asked.elapsed()
    );
    assert_eq!(program.get("/readyz", None).await, 503);
    assert_eq!(program.get("/healthz", None).await, 200);
    let accepted: Vec<usize> = talkers.iter().map(Talker::accepted).collect();
    sleep(Duration::from_millis(500)).await;
    assert_eq!(talkers.iter().map(Talker::accepted).collect::<Vec<_>>(), accepted, "nothing is taken");

    std::fs::rename(control.with_extension("away"), &control).unwrap();
    let back_at = Instant::now();
    while program.get("/readyz", None).await != 200 {
        assert!(back_at.elapsed() < BACK_WITHIN, "it comes back by itself");
        sleep(Duration::from_millis(50)).await;
    }
    for talker in &talkers {
        talker.more(15).await;
    }
    assert_eq!(program.get(&page, Some(&talkers[0].reader)).await, 200);
    let backend = program.backend().await;
    for talker in talkers {
        talker.finish(&program, &backend).await;
    }
    // Its mail went out.
    let url = program.database_url();
    until(&url, "SELECT (NOT EXISTS (SELECT FROM jobs))::int::bigint AS count").await;
    assert_eq!(number(&url, "SELECT count(*) FROM dead_jobs").await.unwrap(), 0);
    assert_eq!(std::fs::read_dir(data.join("mail")).unwrap().count(), 1);
    drop(backend);
    program.stop().await;
}

async fn sign_up(backend: &backend::Backend, username: &str) {
    let form = SignUp {
        email: format!("{username}@example.com"),
        username: username.to_owned(),
        name: username.to_owned(),
        password: "a long enough passphrase".to_owned(),
    };
    let from = Origin { address: std::net::Ipv4Addr::LOCALHOST.into(), agent: "a test".into() };
    backend.register(form, &from).await.unwrap();
}

/// Waits until a count is not 0.
async fn until(url: &str, count: &str) {
    let began = Instant::now();
    while number(url, count).await.unwrap() == 0 {
        assert!(began.elapsed() < BACK_WITHIN, "{count}");
        sleep(Duration::from_millis(10)).await;
    }
}
