//! Signing in and out.

use std::time::{Duration, Instant};

use backend::accounts::Origin;
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

// Fails when each spelling, or each address of a network, has a budget of its own.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_for_an_account_from_a_network_are_limited_however_it_is_named() {
    let world = World::new().await;
    world.person("ada").await;
    let spellings = ["ada", "@ADA", "ada@example.org", " Ada@Example.org "];
    for n in 0..10 {
        let (login, guess) = (spellings[n as usize % 4], format!("password number {n}"));
        assert_eq!(refused(world.backend.sign_in(login, &guess, &from(n)).await), Code::WrongCredentials);
    }
    for login in spellings {
        assert_eq!(refused(world.backend.sign_in(login, PASSWORD, &from(100)).await), Code::WrongCredentials);
    }
    world.pass(120);
    world.backend.sign_in("ada", PASSWORD, &from(100)).await.expect("signs in");
}

// Fails when the account's limit answers `rate_limited` under each of its names.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_does_not_tell_whose_address_it_is() {
    let world = World::new().await;
    world.person("ada").await;
    world.person("eve").await;
    for (typed, others) in [
        ("ada", ["ada@example.org", "nobody@example.org", "grace@example.org"]),
        ("eve@example.org", ["eve", "nobody", "nobody2"]),
    ] {
        for n in 0..10 {
            let guess = format!("password number {n}");
            assert_eq!(refused(world.backend.sign_in(typed, &guess, &from(1)).await), Code::WrongCredentials);
        }
        let error = refusal(world.backend.sign_in(typed, "another guess", &from(1)).await);
        assert_eq!((error.code, error.retry_after), (Code::RateLimited, Some(60_000)));
        for other in others {
            let answer = refused(world.backend.sign_in(other, "another guess", &from(1)).await);
            assert_eq!(answer, Code::WrongCredentials, "{other}");
        }
    }
}

// Fails when guesses are counted for the account alone.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_from_one_network_keep_nobody_in_another_from_signing_in() {
    let world = World::new().await;
    world.person("ada").await;
    for network in ["203.0.113.7", "2001:db8:1:2::3"] {
        let attacker = Origin { address: network.parse().expect("an address"), ..from(1) };
        let mut refused_tries = 0;
        for n in 0..20 {
            let error = refusal(world.backend.sign_in("ada", &format!("password {n}"), &attacker).await);
            refused_tries += u32::from(error.code == Code::RateLimited);
        }
        assert_eq!(refused_tries, 10);
    }
    for network in ["203.0.114.7", "2001:db8:1:3::3"] {
        let owner = Origin { address: network.parse().expect("an address"), ..from(1) };
        world.backend.sign_in("ada", PASSWORD, &owner).await.expect("signs in");
    }
}

// Fails when each of the 65,536 networks of one customer has a budget of its own, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_from_many_networks_of_one_site_are_limited_together() {
    let world = World::new().await;
    world.person("ada").await;
    let from_site = |site: u32, network: u32| {
        let address = format!("2001:db8:{site:x}:{network:x}::1").parse().expect("an address");
        Origin { address, ..from(1) }
    };
    for n in 0..40 {
        let guess = format!("password number {n}");
        let answer = refused(world.backend.sign_in("ada", &guess, &from_site(1, n)).await);
        assert_eq!(answer, Code::WrongCredentials, "{n}");
    }
    let fresh = from_site(1, 999);
    assert_eq!(refused(world.backend.sign_in("ada", PASSWORD, &fresh).await), Code::RateLimited);
    world.backend.sign_in("ada", PASSWORD, &from_site(2, 1)).await.expect("signs in from elsewhere");
    world.pass(16);
    world.backend.sign_in("ada", PASSWORD, &fresh).await.expect("signs in");
}

// Fails when a right password counts.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_costs_no_guess() {
    let world = World::new().await;
    world.person("ada").await;
    for _ in 0..15 {
        world.backend.sign_in("ada", PASSWORD, &from(1)).await.expect("signs in");
    }
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
