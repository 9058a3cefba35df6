//! A database that neither answers nor fails: it is frozen, or a lock is never released.

use std::time::{Duration, Instant};

use model::{Code, wire::ServerFrame};
use server::http::Patience;

use crate::{
    request::Request,
    world::{Options, World},
};

const SLEEPS: &str = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";

/// Whoever asks may be signed in: a browser that is sent to the sign-in page leaves what somebody reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_session_cannot_be_read_is_unavailable() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    testing::run(&world.backend, "ALTER TABLE sessions RENAME TO sessions_away").await;
    let cookie = format!("dev-rapport-refresh={}", ana.refresh);
    let page = Request::get("/chats").with("Accept", "text/html").with("Cookie", &cookie).send(&world).await;
    assert!(page.status >= 500 && page.header("location").is_none(), "{page:?}");
}

// Fails when `answer_limit::layer` is left out of the router, and when the socket does not bound `fetch`, `mark` or `resume`.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_unavailable_in_time() {
    let patience = Patience { answer: Duration::from_millis(300), ..Patience::default() };
    let world = World::with(Options { patience, ..Options::default() }).await;
    let (ana, _, room) = world.pair().await;
    let guest = world.person("guest").await;
    let mut device = world.device(&ana).await;
    let held = (*world.backend).clone();
    let lock = "BEGIN; LOCK TABLE members, rooms IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)";
    let holding = tokio::spawn(async move { testing::run(&held, lock).await });
    let url = world.backend.database.url().to_owned();
    while testing::number(&url, &format!("SELECT count(*) {SLEEPS}")).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }

    let asked = Instant::now();
    for path in ["/api/rooms/list".to_owned(), format!("/api/messages/page?room={room}")] {
        let answer = Request::get(&path).of(&ana).send(&world).await;
        assert_eq!((answer.status, answer.code().as_deref()), (503, Some("unavailable")), "{path}");
    }
    let form = format!("with={}", guest.who.user());
    let opened = Request::post(&world, "/api/rooms/open", &form).of(&ana).send(&world).await;
    assert_eq!((opened.status, opened.code().as_deref()), (503, Some("unavailable")));
    let plain = Request::post(&world, "/api/rooms/open", &form)
        .with("Accept", "text/html")
        .of(&ana)
        .send(&world)
        .await;
    assert!(plain.status == 503 && plain.body.contains("may still be done"), "{plain:?}");
    let page = Request::get("/chats").with("Accept", "text/html").of(&ana).send(&world).await;
    assert_eq!((page.status, page.header("retry-after")), (503, Some("3")));
    assert!(page.body.contains("One moment"), "{page:?}");
    device.text(&format!(r#"{{"type":"fetch","room":"{room}","after":0}}"#)).await;
    let refused = device.until(|frame| match frame {
        ServerFrame::Error { error, .. } => Some(error.code),
        _ => None,
    });
    assert_eq!(refused.await, Code::Unavailable);
    device.text(&format!(r#"{{"type":"mark","room":"{room}","read":1}}"#)).await;
    let refused = device.until(|frame| match frame {
        ServerFrame::Error { error, about, .. } => Some((error.code, about)),
        _ => None,
    });
    assert_eq!(refused.await, (Code::Unavailable, Some("mark".to_owned())));
    let mut other = world.dial(&ana).await;
    other.text(r#"{"type":"hello","version":1}"#).await;
    assert_eq!(other.farewell().await, (4005, "failed".into()));
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());

    testing::execute(&url, &format!("SELECT pg_terminate_backend(pid) {SLEEPS}")).await.unwrap();
    assert!(holding.await.is_err());
    assert_eq!(Request::get("/api/rooms/list").of(&ana).send(&world).await.status, 200);
    world.device(&ana).await;
}
