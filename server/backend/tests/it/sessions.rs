//! Access tokens and the rotation of refresh tokens.

use backend::{
    SignedIn,
    database::schema::sessions,
    jobs::{CleanSessions, run_due_jobs},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use model::{
    Code, SessionId,
    limits::{ACCESS_SECONDS, SESSION_SECONDS},
};
use serde_json::json;

use crate::accounts_world::{PASSWORD, World, from, refused};

const DAY: i64 = 24 * 3600;

fn signed_out(world: &World, access: &str) -> bool {
    match world.backend.authenticate(access) {
        Ok(_) => false,
        Err(error) => error == model::Error::signed_out(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_runs_ten_minutes() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.pass(ACCESS_SECONDS - 1);
    assert_eq!(world.backend.authenticate(&ada.access).expect("runs"), ada.who);
    world.pass(1);
    assert!(signed_out(&world, &ada.access));
}

// Fails when `access_token::check` skips the signature.
#[tokio::test(flavor = "multi_thread")]
async fn row_29_nothing_but_our_access_tokens_is_one() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let [header, claims, signature] = ada.access.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts");
    };
    let encode = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let none = encode(json!({ "alg": "none", "typ": "JWT" }));
    let now = world.clock.now().timestamp();
    let forged = json!({
        "sub": ada.who.user(), "sid": ada.who.session(), "aud": "rapport-access", "iat": now, "exp": now + 600,
    });
    let sign = |algorithm, key: &[u8]| {
        jsonwebtoken::encode(&Header::new(algorithm), &forged, &EncodingKey::from_secret(key)).expect("signs")
    };
    let refused = [
        String::new(),
        "…".to_owned(),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{header}.{}.{signature}", encode(forged.clone())),
        format!("{header}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode([0; 32])),
        sign(Algorithm::HS256, b"a key of somebody else's"),
        // The secret itself signs nothing: every use has a key derived from it.
        sign(Algorithm::HS256, &[7; 32]),
        sign(Algorithm::HS512, &[7; 32]),
        ada.refresh.clone(),
        format!("{}x", ada.access),
        "a".repeat(100_000),
    ];
    for token in &refused {
        assert!(signed_out(&world, token), "{token}");
    }
    assert!(!signed_out(&world, &ada.access));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_exchange_makes_the_next_token() {
    let world = World::new().await;
    let mut refresh = world.person("ada").await.refresh;
    for _ in 0..4 {
        world.pass(ACCESS_SECONDS);
        let next = world.backend.refresh(&refresh).await.expect("goes on");
        assert_eq!(world.backend.authenticate(&next.access).expect("signed in"), next.who);
        let next = next.refresh.expect("a new one");
        assert_ne!(next, refresh);
        refresh = next;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_ask_together_stay_signed_in() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let ask = || world.backend.refresh(&ada.refresh);
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    let answers = [a, b, c].map(|answer| answer.expect("nobody is signed out"));
    for answer in &answers {
        assert_eq!(world.backend.authenticate(&answer.access).expect("signed in"), ada.who);
    }
    let mut fresh = answers.into_iter().filter_map(|answer| answer.refresh);
    let next = fresh.next().expect("one of them got the new token");
    assert!(fresh.next().is_none(), "and only one");
    world.pass(ACCESS_SECONDS);
    world.backend.refresh(&next).await.expect("goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_signs_nobody_out() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    for _ in 0..3 {
        world.backend.refresh(&ada.refresh).await.expect("and the answer is lost");
        world.pass(11);
    }
    let found = world.backend.refresh(&ada.refresh).await.expect("goes on");
    let next = found.refresh.expect("a new one");
    world.backend.refresh(&next).await.expect("goes on").refresh.expect("a new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_token_ends_the_session_for_both() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let stolen = ada.refresh.clone();
    world.pass(60);
    let owner = world.backend.refresh(&ada.refresh).await.expect("goes on");
    let owner = world.backend.refresh(&owner.refresh.expect("a new one")).await.expect("goes on");
    assert_eq!(refused(world.backend.refresh(&stolen).await), Code::SignedOut);
    assert!(signed_out(&world, &owner.access), "its access tokens, too");
    assert_eq!(refused(world.backend.refresh(&owner.refresh.expect("a new one")).await), Code::SignedOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thief_who_is_first_loses_the_session_when_the_owner_comes() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let thief = world.backend.refresh(&ada.refresh).await.expect("looks like the owner");
    world.pass(60);
    world.backend.refresh(&ada.refresh).await.expect("looks like a lost answer");
    assert_eq!(refused(world.backend.refresh(&thief.refresh.expect("a new one")).await), Code::SignedOut);
    assert!(signed_out(&world, &thief.access));
}

// Fails when a token counts as used again without having been issued.
#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_token_ends_no_session() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let other = world.backend.sign_in("ada", PASSWORD, &from(1)).await.expect("signs in");
    let secret = BASE64_URL_SAFE_NO_PAD.encode([1; 32]);
    let elsewhere = format!("{}.{secret}", SessionId::new());
    let session = ada.who.session();
    let named = format!("{session}.{secret}");
    // Issued, for another session.
    let moved = format!("{session}.{}", other.refresh.split_once('.').expect("two parts").1);
    let short = format!("{session}.short");
    for token in ["", ".", "x", &elsewhere, &format!("{session}."), &short, &secret, &named, &moved] {
        assert_eq!(refused(world.backend.refresh(token).await), Code::SignedOut, "{token}");
    }
    world.backend.refresh(&ada.refresh).await.expect("goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_while_it_is_used() {
    let world = World::new().await;
    let mut refresh = world.person("ada").await.refresh;
    for _ in 0..3 {
        world.pass(SESSION_SECONDS - 1);
        refresh = world.backend.refresh(&refresh).await.expect("goes on").refresh.expect("a new one");
    }
    world.pass(SESSION_SECONDS);
    assert_eq!(refused(world.backend.refresh(&refresh).await), Code::SignedOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_hears_of_an_end() {
    let world = World::new().await;
    let other = world.another_node().await;
    let ada = world.person("ada").await;
    assert_eq!(other.authenticate(&ada.access).expect("one secret"), ada.who);
    other.ended.insert(ada.who.session(), world.clock.now());
    assert_eq!(refused(other.authenticate(&ada.access)), Code::SignedOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_sessions_are_cleaned_up() {
    let world = World::new().await;
    let ended = world.person("ada").await.who;
    world.backend.sign_out(&ended).await.expect("signs out");
    let old = world.backend.sign_in("ada", PASSWORD, &from(1)).await.expect("signs in").who;
    world.pass(20 * DAY);
    let recently_ended = world.backend.sign_in("ada", PASSWORD, &from(1)).await.expect("signs in").who;
    world.backend.sign_out(&recently_ended).await.expect("signs out");
    let running = world.backend.sign_in("ada", PASSWORD, &from(1)).await.expect("signs in").who;
    assert_eq!(cleaned(&world).await, [ended, old, recently_ended, running].map(|who| who.session()));
    world.pass(10 * DAY);
    assert_eq!(cleaned(&world).await, [recently_ended, running].map(|who: SignedIn| who.session()));
}

/// The sessions that are left.
async fn cleaned(world: &World) -> Vec<SessionId> {
    let mut conn = world.backend.db.get().await.expect("a connection");
    world.backend.jobs.enqueue(&mut conn, &CleanSessions {}).await.expect("queues");
    run_due_jobs(&world.backend).await.expect("jobs run");
    sessions::table.select(sessions::id).order(sessions::id).load(&mut conn).await.expect("rows")
}
