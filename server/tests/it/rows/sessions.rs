//! Tokens that are used by somebody else.

use crate::{request::Request, world::World};

// Fails when `Meaning::Reused` is answered without ending the session, or the end is not announced.
#[tokio::test(flavor = "multi_thread")]
async fn row_30_a_replayed_refresh_token_ends_the_session_and_its_sockets() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let other = world.backend.session(ana.who.user()).await;
    let (mut device, mut elsewhere) = (world.device(&ana).await, world.device(&other).await);
    let refresh = async |token: &str| {
        let cookie = format!("dev-rapport-refresh={token}");
        Request::get("/api/accounts/me").with("Cookie", cookie).send(&world).await
    };
    let next = |answer: crate::request::Answer| {
        let line = answer.head.lines().find(|line| line.contains("dev-rapport-refresh=")).unwrap().to_owned();
        line.split(['=', ';']).nth(1).unwrap().to_owned()
    };
    let second = next(refresh(&ana.refresh).await);
    world.backend.clock.advance(chrono::TimeDelta::seconds(60));
    next(refresh(&second).await);
    let replayed = refresh(&ana.refresh).await;
    assert_eq!((replayed.status, replayed.code().as_deref()), (401, Some("signed_out")));
    assert_eq!(device.farewell().await, (4101, "signed_out".into()));
    assert_eq!(refresh(&second).await.status, 401, "the family ends");
    assert_eq!(Request::get("/api/accounts/me").of(&ana).send(&world).await.status, 401);
    elsewhere.text(r#"{"type":"poll"}"#).await;
    assert!(matches!(elsewhere.next().await, model::wire::ServerFrame::Error { .. }), "others go on");
}
