//! The cache in Redis.

use std::time::{Duration, Instant};

use backend::{
    cache::{Away, Cache, Key},
    redis::Link,
};
use model::{RoomId, UserId};
use testing::{RedisServer, redis};

use super::{connection, until};
use crate::contracts::contract;

async fn in_redis() -> Cache {
    Cache::redis(Link::open(redis()))
}

contract!(cache, in_redis:
    keeps_what_is_put_under_its_key,
    takes_a_thousand_in_one_go,
    what_is_forgotten_is_not_brought_back,
    a_value_stands_until_it_is_forgotten,
    what_is_renewed_is_what_was_there,
);

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_forgets_is_gone_for_all() {
    let settings = redis();
    let [one, other] = [(); 2].map(|()| Cache::redis(Link::open(settings.clone())));
    let key = Key::Membership(RoomId::new(), UserId::new());
    one.put(key, &true).await;
    assert_eq!(other.get(key).await, Some(true));
    other.forget(key).await.expect("Redis answers");
    assert_eq!(one.get::<bool>(key).await, None);
    one.put(key, &true).await;
    assert_eq!(other.get::<bool>(key).await, None, "barred for all");
}

#[tokio::test(flavor = "multi_thread")]
async fn works_in_a_cluster_and_leaves_nothing_for_ever() {
    let server = RedisServer::start_cluster();
    let cache = Cache::redis(Link::open(server.settings()));
    let (room, user) = (RoomId::new(), UserId::new());
    let keys = [Key::Membership(room, user), Key::Profile(user), Key::Newest(room)];
    cache.put_many(&keys.map(|key| (key, 1))).await;
    assert_eq!(cache.get_many::<u32>(&keys).await, [Some(1); 3]);
    cache.forget(keys[0]).await.expect("Redis answers");
    let mut redis = connection(&server.url()).await;
    let names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    assert_eq!(names.len(), 3);
    for name in names {
        let left: i64 = redis::cmd("TTL").arg(&name).query_async(&mut redis).await.unwrap();
        let most = match () {
            () if name.contains("member") => Cache::BARRED_FOR,
            () if name.contains("profile") => keys[1].lifetime(),
            () => keys[2].lifetime(),
        };
        assert!((1..=most.as_secs() as i64).contains(&left), "{name}: {left}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_everything_is_missing_at_once_and_nothing_can_be_forgotten() {
    let mut server = RedisServer::start(&[]);
    let cache = Cache::redis(Link::open(server.settings()));
    let keys: Vec<Key> = (0..1_000).map(|_| Key::Profile(UserId::new())).collect();
    cache.put(keys[0], &true).await;
    assert_eq!(cache.get(keys[0]).await, Some(true));
    server.freeze();
    assert_eq!(cache.get::<bool>(keys[0]).await, None, "slower than the database");
    let asked = Instant::now();
    assert_eq!(cache.get_many::<bool>(&keys).await, vec![None; keys.len()]);
    cache.put(keys[1], &true).await;
    assert_eq!(cache.forget(keys[0]).await, Err(Away));
    assert!(asked.elapsed() < Duration::from_millis(100), "{:?}", asked.elapsed());
    server.kill();
    server.restart();
    until("it keeps again", async || {
        cache.put(keys[2], &true).await;
        cache.get(keys[2]).await == Some(true)
    })
    .await;
}

/// Fails without `renew`, and when it makes a lifetime shorter.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_renewed_lives_as_long_as_if_it_were_new() {
    let server = RedisServer::start(&[]);
    let cache = Cache::redis(Link::open(server.settings()));
    let key = Key::Membership(RoomId::new(), UserId::new());
    cache.put(key, &true).await;
    let mut redis = connection(&server.url()).await;
    let names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    redis::cmd("EXPIRE").arg(&names[0]).arg(60).exec_async(&mut redis).await.unwrap();
    cache.renew(&[key]).await;
    let left: i64 = redis::cmd("TTL").arg(&names[0]).query_async(&mut redis).await.unwrap();
    assert!(left > 3_500, "{left}");
}
