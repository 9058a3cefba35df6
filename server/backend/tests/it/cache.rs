//! The cache within one process, and who is asked of it.

use backend::{
    cache::{Cache, Key},
    clock::Clock,
};
use chrono::{DateTime, TimeDelta};
use model::{RoomId, UserId};
use testing::{TestBackend, execute};

use crate::contracts::contract;

async fn memory() -> Cache {
    Cache::memory(Clock::manual(DateTime::UNIX_EPOCH))
}

contract!(cache, memory:
    keeps_what_is_put_under_its_key,
    takes_a_thousand_in_one_go,
    what_is_forgotten_is_not_brought_back,
    a_value_stands_until_it_is_forgotten,
    what_is_renewed_is_what_was_there,
);

#[tokio::test]
async fn values_and_bars_expire() {
    let clock = Clock::manual(DateTime::UNIX_EPOCH);
    let cache = Cache::memory(clock.clone());
    let (kept, barred) = (Key::Profile(UserId::new()), Key::Profile(UserId::new()));
    cache.put(kept, &1).await;
    cache.forget(barred).await.unwrap();
    clock.advance(TimeDelta::from_std(Cache::BARRED_FOR).unwrap());
    cache.put(barred, &2).await;
    assert_eq!((cache.get(kept).await, cache.get(barred).await), (Some(1), Some(2)));
    clock.advance(TimeDelta::from_std(kept.lifetime()).unwrap());
    assert_eq!(cache.get::<u32>(kept).await, None);
    cache.put(kept, &3).await;
    assert_eq!(cache.get(kept).await, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_asked_for_in_one_go_and_only_members_are_remembered() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let cy = world.person("cy_").await;
    let nowhere = RoomId::new();
    let pairs =
        [(room, ana.user()), (room, cy.user()), (nowhere, ana.user()), (room, bo.user()), (room, ana.user())];
    assert_eq!(world.members.are_members(&pairs).await, [true, false, false, true, true].map(Some));
    assert_eq!(world.members.are_members(&[]).await, []);
    assert_eq!(world.cache.get(Key::Membership(room, ana.user())).await, Some(true));
    assert_eq!(world.cache.get::<bool>(Key::Membership(room, cy.user())).await, None);

    // Who is let in is a member at once; who is put out as soon as the cache has forgotten.
    let (cy, bo) = (cy.user(), bo.user());
    let sql = format!(
        "INSERT INTO memberships (room_id, user_id, joined_at) VALUES ('{room}', '{cy}', now()); \
         DELETE FROM members WHERE user_id = '{bo}'"
    );
    execute(world.database.url(), &sql).await.unwrap();
    assert_eq!(world.members.are_members(&[(room, cy), (room, bo)]).await, [true, true].map(Some));
    world.cache.forget(Key::Membership(room, bo)).await.unwrap();
    assert_eq!(world.members.are_members(&[(room, cy), (room, bo)]).await, [true, false].map(Some));
}

/// Fails when one whom the cache does not know spoils the answer for all.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_the_cache_answers_for_whom_it_knows() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.members.note(ana.user(), &[room]).await;
    let url = world.database.url();
    let name = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a name");
    let away = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    execute(&url.replace(name, "postgres"), &away).await.expect("the server answers");
    let pairs = [(room, bo.user()), (room, ana.user())];
    assert_eq!(world.members.are_members(&pairs).await, [None, Some(true)]);
}
