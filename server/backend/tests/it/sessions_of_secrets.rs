//! A session belongs to the secret it was started under, and ends with it.

use backend::{
    Backend,
    secret::Secret,
    sessions::{NewSession, Whose, carry_sessions_to, end_sessions},
};
use model::Code;
use testing::run;

use crate::accounts_world::{PASSWORD, World, from, refused};

const OTHER: [u8; 32] = [8; 32];

async fn start(backend: &Backend) -> usize {
    backend.end_sessions_of_other_secrets().await.expect("the database answers")
}

async fn sign_in(backend: &Backend, login: &str) -> NewSession {
    backend.sign_in(login, PASSWORD, &from(9)).await.expect("the password is right")
}

async fn is_refused(backend: &Backend, session: &NewSession) -> bool {
    let access = backend.authenticate(&session.access).is_err();
    access && refused(backend.refresh(&session.refresh).await) == Code::SignedOut
}

/// Fails when `end_sessions_of_other_secrets` does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn another_secret_signs_everybody_out_and_for_good() {
    let world = World::new().await;
    assert_eq!(start(&world.backend).await, 0);
    let (ada, bob) = (world.person("ada").await, world.person("bob").await);
    assert_eq!(start(&world.another_node().await).await, 0, "a restart with the same secret ends nothing");

    let changed = world.node_with_secret(OTHER).await;
    assert_eq!(start(&changed).await, 2);
    for session in [&ada, &bob] {
        assert!(is_refused(&changed, session).await);
    }
    let new = sign_in(&changed, "ada").await;
    assert_eq!(start(&world.node_with_secret(OTHER).await).await, 0);
    assert_eq!(changed.authenticate(&new.access).expect("runs"), new.who);

    let back = world.another_node().await;
    assert_eq!(start(&back).await, 1, "the first secret again is another one, too");
    assert!(is_refused(&back, &ada).await && is_refused(&back, &new).await);
}

/// A node that still runs with the former secret, and what it is asked. Fails when `belongs_to` always says yes.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_of_two_secrets_take_nothing_from_each_other() {
    let world = World::new().await;
    start(&world.backend).await;
    world.person("ada").await;
    let changed = world.node_with_secret(OTHER).await;
    start(&changed).await;
    let (old, new) = (sign_in(&world.backend, "ada").await, sign_in(&changed, "ada").await);
    assert!(is_refused(&changed, &old).await && is_refused(&world.backend, &new).await);
    assert!(world.backend.refresh(&old.refresh).await.is_ok(), "being refused elsewhere ends nothing");
    assert!(changed.refresh(&new.refresh).await.is_ok());
    assert_eq!(start(&world.node_with_secret(OTHER).await).await, 1, "until that node starts anew");
    assert_eq!(refused(world.backend.refresh(&old.refresh).await), Code::SignedOut);
}

/// Programs of the schema before note no secret, and run beside this one while it is brought in.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_an_earlier_program_goes_on_under_the_same_secret_only() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let earlier = "UPDATE sessions SET secret_id = NULL";
    run(&world.backend, earlier).await;
    assert_eq!(start(&world.backend).await, 0, "the first start takes it over");
    let next = world.backend.refresh(&ada.refresh).await.expect("goes on").refresh.expect("rotated");

    let bob = world.person("bob").await;
    run(&world.backend, earlier).await;
    let carried_on = world.backend.refresh(&bob.refresh).await.expect("goes on");
    assert!(carried_on.refresh.is_some());
    let changed = world.node_with_secret(OTHER).await;
    assert_eq!(start(&changed).await, 2);
    for token in [&next, &carried_on.refresh.unwrap()] {
        assert_eq!(refused(changed.refresh(token).await), Code::SignedOut);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_carried_to_the_secret_of_a_new_place() {
    let world = World::new().await;
    start(&world.backend).await;
    let ada = world.person("ada").await;
    let (former, new) = (Secret::new([7; 32]), Secret::new(OTHER));
    assert_eq!(carry_sessions_to(&world.backend.db, &former, &new).await.expect("answers"), 1);
    let moved = world.node_with_secret(OTHER).await;
    assert_eq!(start(&moved).await, 0);
    assert_eq!(moved.refresh(&ada.refresh).await.expect("goes on").who, ada.who);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_ends_the_sessions_of_one_user_or_of_all() {
    let world = World::new().await;
    let (ada, bob) = (world.person("ada").await, world.person("bob").await);
    let second = sign_in(&world.backend, "ada").await;
    let now = world.clock.now();
    let end = async |whose| end_sessions(&world.backend.db, whose, now).await.expect("the database answers");
    assert_eq!(end(Whose::User("nobody")).await, None);
    assert_eq!(end(Whose::User(" @Ada")).await, Some(2));
    for session in [&ada, &second] {
        assert_eq!(refused(world.backend.refresh(&session.refresh).await), Code::SignedOut);
    }
    assert!(world.backend.refresh(&bob.refresh).await.is_ok());
    assert_eq!(end(Whose::Everybody).await, Some(1));
    assert_eq!(end(Whose::Everybody).await, Some(0));
}
