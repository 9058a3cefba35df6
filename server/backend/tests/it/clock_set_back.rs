//! The system's clock is set back an hour: nobody is locked out, nothing lives for ever, and the
//! order stays.

use backend::{messages::From, rate_limit::Limit};
use model::{
    Body, Code, MessageId,
    limits::{ACCESS_SECONDS, CODE_AGAIN_SECONDS, CODE_SECONDS},
};

use crate::accounts_world::{World, email, from, refused};

const HOUR: i64 = 3600;

/// Fails when messages are ordered by their times.
#[tokio::test(flavor = "multi_thread")]
async fn messages_keep_their_order() {
    let world = World::new().await;
    let (ada, bea) = (world.person("ada").await.who, world.person("bea").await.who);
    let room = world.backend.open_private(&ada, bea.user()).await.expect("both exist").id;
    for text in ["1", "2"] {
        let body = Body::new(text).expect("a text");
        world.backend.send(&ada, room, MessageId::new(), body).await.expect("accepted");
        world.pass(-HOUR);
    }
    let body = Body::new("3").expect("a text");
    let last = world
        .backend
        .send(&bea, room, MessageId::new(), body)
        .await
        .expect("accepted")
        .accepted()
        .expect("a number");
    assert_eq!((last.seq.0, last.rev.0), (3, 3));
    let page = world.backend.page(&ada, room, From::Newest, 50).await.expect("a member");
    let texts: Vec<&str> = page.messages.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(texts, ["1", "2", "3"]);
}

/// Fails when a moment further off than a whole burst is kept as it is: the limit then stays shut
/// for the hour.
#[tokio::test(flavor = "multi_thread")]
async fn limits_stay_open_and_stay_limits() {
    let world = World::new().await;
    let key = from(9).address;
    for limit in Limit::ALL {
        world.backend.limits.check(limit, key).await.expect("the first passes");
    }
    let longest =
        Limit::ALL.iter().map(|limit| limit.every().as_secs() as i64).max().expect("there are limits");
    // Further than any limit's whole burst.
    world.pass(-100 * longest);
    for limit in Limit::ALL {
        world.backend.limits.check(limit, key).await.expect("one passes");
        assert_eq!(refused(world.backend.limits.check(limit, key).await), Code::RateLimited);
    }
    world.pass(longest);
    for limit in Limit::ALL {
        world.backend.limits.check(limit, key).await.expect("one period later one passes");
    }
}

/// Fails when the wait for another code is counted from a code of the future.
#[tokio::test(flavor = "multi_thread")]
async fn sign_ups_go_on_and_still_end() {
    let world = World::new().await;
    let id = world.register("ada").await;
    let code = world.code(&email("ada")).await;
    world.pass(-HOUR);
    world.backend.resend_code(id, &from(2)).await.expect("nobody waits for an hour");
    assert_eq!(refused(world.backend.resend_code(id, &from(2)).await), Code::RateLimited);
    assert_eq!(refused(world.backend.verify(id, &code, &from(1)).await), Code::WrongCode);
    world.pass(CODE_AGAIN_SECONDS);
    world.backend.resend_code(id, &from(2)).await.expect("the usual wait");
    // An hour longer than usual, and no more.
    world.pass(HOUR + CODE_SECONDS);
    assert_eq!(refused(world.backend.resend_code(id, &from(2)).await), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_go_on_and_access_tokens_still_end() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.pass(-HOUR);
    world.backend.authenticate(&ada.access).expect("nobody is signed out");
    let next = world.backend.refresh(&ada.refresh).await.expect("the session goes on");
    let next = next.refresh.expect("a new token");
    // An hour longer than usual, and no more.
    world.pass(HOUR + ACCESS_SECONDS);
    assert_eq!(refused(world.backend.authenticate(&ada.access)), Code::SignedOut);
    world.backend.refresh(&next).await.expect("the session goes on");
}

/// Fails when a node forgets what ended after the time it now has.
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_stays_ended() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.backend.sign_out(&ada.who).await.expect("signs out");
    world.pass(-HOUR);
    assert_eq!(refused(world.backend.authenticate(&ada.access)), Code::SignedOut);
    assert_eq!(refused(world.another_node().await.authenticate(&ada.access)), Code::SignedOut);
    assert_eq!(refused(world.backend.refresh(&ada.refresh).await), Code::SignedOut);
}

/// Fails when a job from the future waits: every mail after it waits too.
#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_out() {
    let world = World::new().await;
    world.register("ada").await;
    world.pass(-HOUR);
    world.register("bea").await;
    for name in ["ada", "bea"] {
        assert!(world.newest_mail(&email(name)).await.is_some(), "{name}");
    }
}
