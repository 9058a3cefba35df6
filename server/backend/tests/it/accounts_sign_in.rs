//! Signing in and out.

use std::time::{Duration, Instant};

use model::{Code, limits::ACCESS_SECONDS};

use crate::accounts_world::{PASSWORD, World, email, from, refusal, refused};

#[tokio::test(flavor = "multi_thread")]
async fn by_username_or_address_however_written() {
    let world = World::new().await;
    let ada = world.person("ada").await.who.user();
    for login in ["ada", " @Ada ", "ADA@example.org"] {
        let session = world.backend.sign_in(login, PASSWORD, &from(1)).await.expect("signs in");
        assert_eq!(session.who.user(), ada);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_an_unknown_account_and_a_wrong_password_are_answered_alike() {
    let world = World::new().await;
    world.person("ada").await;
    let wrong = refusal(world.backend.sign_in("ada", "not the password", &from(1)).await);
    assert_eq!(wrong.code, Code::WrongCredentials);
    for login in ["grace", "grace@example.org", &email("grace"), "", "@", "no such name!"] {
        assert_eq!(refusal(world.backend.sign_in(login, PASSWORD, &from(1)).await), wrong, "{login:?}");
    }
    assert_eq!(refusal(world.backend.sign_in("ada", "", &from(1)).await), wrong);
}

// Fails when `password::matches` answers at once for an unknown account: thirty times as fast.
#[tokio::test(flavor = "multi_thread")]
async fn row_33_an_unknown_account_takes_as_long_as_a_wrong_password() {
    let world = World::new().await;
    world.person("ada").await;
    let tries = async |logins: &[&str]| {
        let mut shortest = Duration::MAX;
        for login in logins {
            let started = Instant::now();
            refusal(world.backend.sign_in(login, "not the password", &from(1)).await);
            shortest = shortest.min(started.elapsed());
        }
        shortest
    };
    // The shortest of some: whatever else the machine does only adds to the others.
    let known = tries(&["ada"; 8]).await;
    let unknown = tries(&["b01", "b02", "b03", "b04", "b05", "b06", "b07", "b08"]).await;
    assert!(unknown * 3 > known && known * 3 > unknown, "{unknown:?} and {known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_limited_for_an_account_wherever_it_comes_from() {
    let world = World::new().await;
    world.person("ada").await;
    for n in 0..10 {
        let guess = format!("password number {n}");
        assert_eq!(refused(world.backend.sign_in("ada", &guess, &from(n)).await), Code::WrongCredentials);
    }
    let error = refusal(world.backend.sign_in("ada", PASSWORD, &from(100)).await);
    assert_eq!((error.code, error.retry_after), (Code::RateLimited, Some(20_000)));
    world.pass(20);
    world.backend.sign_in("ada", PASSWORD, &from(100)).await.expect("signs in");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_everywhere_and_no_other() {
    let world = World::new().await;
    let one = world.person("ada").await;
    let two = world.backend.sign_in("ada", PASSWORD, &from(1)).await.expect("signs in");
    let mut socket = world.backend.hub.listen(one.who.user(), one.who.session()).expect("room for it");
    world.backend.sign_out(&one.who).await.expect("signs out");

    assert_eq!(refused(world.backend.authenticate(&one.access)), Code::SignedOut);
    assert_eq!(refused(world.backend.refresh(&one.refresh).await), Code::SignedOut);
    let closing = socket_closes(&mut socket).await;
    assert_eq!(closing, model::wire::CloseCode::SignedOut);
    assert_eq!(world.backend.authenticate(&two.access).expect("still in"), two.who);

    let restarted = world.another_node().await;
    assert_eq!(refused(restarted.authenticate(&one.access)), Code::SignedOut, "also after a restart");
    world.pass(ACCESS_SECONDS);
    assert_eq!(refused(world.another_node().await.authenticate(&one.access)), Code::SignedOut);
    world.backend.sign_out(&one.who).await.expect("again changes nothing");
}

async fn socket_closes(socket: &mut backend::hub::Subscription) -> model::wire::CloseCode {
    socket.listener().next(&mut Vec::new()).await.expect_err("is closed")
}
