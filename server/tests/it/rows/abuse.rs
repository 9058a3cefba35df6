//! Too much, too large, too often.

use futures::future::join_all;
use model::{
    Code, MessageId,
    limits::{SEND_BURST, SOCKETS_PER_USER},
    wire::ServerFrame,
};

use crate::{
    request::{Request, exchange},
    world::{Options, World},
};

// Fails when `max_buf_size` is not set in `accept` (heads), or `RequestBodyLimitLayer` is left out and
// `arguments::whole` has no limit (bodies).
#[tokio::test(flavor = "multi_thread")]
async fn row_22_oversized_heads_and_bodies_have_their_status() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let answer = Request::get("/healthz").with("X-Long", "x".repeat(64 * 1024)).send(&world).await;
    assert_eq!(answer.status, 431);
    let many = (0..200).fold(Request::get("/healthz"), |request, n| request.with(&format!("X-{n}"), "x"));
    assert_eq!(many.send(&world).await.status, 431);
    let address = Request::get(&format!("/healthz?{}", "x".repeat(64 * 1024))).send(&world).await;
    assert!(matches!(address.status, 414 | 431), "{address:?}");
    let body = format!("q={}", "x".repeat(200 * 1024));
    let answer = Request::post(&world, "/api/messages/send", &body).of(&ana).send(&world).await;
    assert_eq!(answer.status, 413);
    // Without a length, in pieces.
    let head = format!(
        "POST /api/messages/send HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
        world.origin()
    );
    let piece = format!("{:x}\r\n{}\r\n", 16 * 1024, "x".repeat(16 * 1024));
    assert_eq!(exchange(&world, (head + &piece.repeat(12) + "0\r\n\r\n").as_bytes()).await.status, 413);
    assert_eq!(Request::get("/healthz").send(&world).await.status, 200);
}

// Fails when `Hub::listen` does not count a person's sockets.
#[tokio::test(flavor = "multi_thread")]
async fn row_25_ten_thousand_sockets_of_one_person_are_capped_and_told() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut bo = world.device(&bo).await;
    let mut open = join_all((0..SOCKETS_PER_USER).map(|_| world.device(&ana))).await;
    for _ in 0..10 {
        let refused = join_all((0..50).map(async |_| world.dial(&ana).await.farewell().await)).await;
        assert!(refused.iter().all(|end| *end == (4006, "too_many_sockets".into())), "{refused:?}");
    }
    let further =
        (0..10_000).filter(|_| world.backend.hub.listen(ana.who.user(), ana.who.session()).is_some());
    assert_eq!(further.count(), 0);
    let id = bo.send(room, "usable").await;
    assert_eq!(bo.answer(id).await, Ok(1));
    assert_eq!(open[0].live().await, (1, "usable".into()));
}

// Fails when `send` asks for no allowance.
#[tokio::test(flavor = "multi_thread")]
async fn row_25_a_flood_of_messages_is_told_when_to_go_on_and_the_room_stays_usable() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (mut ana, mut bo) = (world.device(&ana).await, world.device(&bo).await);
    for _ in 0..300 {
        ana.send(room, "flood").await;
    }
    // Refusals overtake what is being written.
    let mut accepted = 0;
    for _ in 0..300 {
        let answer = ana.until(|frame| match frame {
            ServerFrame::Accepted(_) => Some(Ok(())),
            ServerFrame::Rejected { error, .. } => Some(Err(error)),
            _ => None,
        });
        match answer.await {
            Ok(()) => accepted += 1,
            Err(error) => {
                assert_eq!(error.code, Code::RateLimited);
                assert!(error.retry_after.is_some_and(|wait| wait > 0));
            }
        }
    }
    assert_eq!(accepted, SEND_BURST);
    let id = bo.send(room, "usable").await;
    assert_eq!(bo.answer(id).await, Ok(i64::from(SEND_BURST) + 1));
}

// Fails when `SignInAddress` is not checked: nobody is answered 429.
#[tokio::test(flavor = "multi_thread")]
async fn row_26_a_login_storm_from_one_address_is_told_to_wait() {
    let world = World::start().await;
    let tries = join_all((0..150).map(|n| {
        let form = format!("login=nobody{n}&password=wrong+password");
        Request::post(&world, "/api/accounts/sign_in", form).send(&world)
    }))
    .await;
    let refused: Vec<_> = tries.iter().filter(|answer| answer.status == 429).collect();
    assert!(refused.len() >= 80, "{}", refused.len());
    assert!(refused.iter().all(|answer| answer.header("retry-after").is_some()));
    assert!(tries.iter().all(|answer| matches!(answer.status, 401 | 429)), "{tries:?}");
}

// Fails when `password::work` hashes on the spot instead of `spawn_blocking`: every step of every
// message waits for a password. One thread for all that is not hashing, so that it shows.
#[tokio::test]
async fn row_26_chat_goes_on_through_a_login_storm_from_everywhere() {
    let world = World::with(Options { proxies: Some("127.0.0.1".into()), ..Options::default() }).await;
    let (ana, _, room) = world.pair().await;
    let mut ana = world.device(&ana).await;
    let storm = join_all((0..100).map(|n| {
        let form = format!("login=nobody{n}&password=wrong+password");
        let from = format!("198.51.100.{n}");
        Request::post(&world, "/api/accounts/sign_in", form).with("X-Forwarded-For", from).send(&world)
    }));
    let chat = async {
        let mut answered = 0;
        while answered < 30 {
            let id = MessageId::new();
            ana.send_as(room, id, "on we go").await;
            ana.answer(id).await.unwrap();
            answered += 1;
        }
    };
    tokio::pin!(storm);
    tokio::select! {
        biased;
        tries = &mut storm => panic!("{} passwords were looked at before 30 messages were answered", tries.len()),
        () = chat => {}
    }
    assert!(storm.await.iter().all(|answer| matches!(answer.status, 401 | 503)));
}
