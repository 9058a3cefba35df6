//! Presence kept in Redis.

use std::time::{Duration, Instant};

use backend::{
    clock::Clock,
    presence::{Presence, SocketId, TooMany},
    redis::{Link, Settings},
};
use chrono::DateTime;
use futures::future::join_all;
use model::{UserId, limits::SOCKETS_PER_USER};
use testing::{RedisServer, redis};

use super::{connection, until};
use crate::contracts::{contract, presence::Bench};

fn bench(settings: Settings) -> Bench {
    let clock = Clock::manual(DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000));
    Bench { presence: Presence::redis(Link::open(settings), clock.clone()), clock }
}

async fn in_redis() -> Bench {
    bench(redis())
}

contract!(presence, in_redis:
    is_online_from_the_first_socket_to_the_last,
    a_person_has_so_many_sockets_and_no_more,
    a_socket_without_a_beat_expires,
    a_beat_makes_up_for_what_was_lost,
);

/// Fails when each node counts alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_cap_holds_over_all_nodes_however_many_arrive_at_once() {
    let settings = redis();
    let nodes = [(); 4].map(|()| bench(settings.clone()));
    let user = UserId::new();
    let arrivals = nodes.iter().cycle().take(4 * SOCKETS_PER_USER);
    let arrived = join_all(arrivals.map(|node| node.presence.arrive(user, SocketId::new()))).await;
    assert_eq!(arrived.iter().filter(|arrived| arrived.is_ok()).count(), SOCKETS_PER_USER);
    assert!(nodes[0].is_online(user).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_socket_takes_no_place_of_its_nodes_own_count() {
    let mut server = RedisServer::start(&[]);
    let settings = server.settings();
    let [here, there] = [(); 2].map(|()| bench(settings.clone()));
    let user = UserId::new();
    for _ in 0..SOCKETS_PER_USER {
        there.presence.arrive(user, SocketId::new()).await.expect("not too many");
    }
    assert_eq!(here.presence.arrive(user, SocketId::new()).await, Err(TooMany));
    server.kill();
    for _ in 0..SOCKETS_PER_USER {
        assert_eq!(here.presence.arrive(user, SocketId::new()).await, Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn works_in_a_cluster_and_leaves_nothing_for_ever() {
    let server = RedisServer::start_cluster();
    let bench = bench(server.settings());
    let (user, socket) = (UserId::new(), SocketId::new());
    bench.presence.arrive(user, socket).await.expect("the first");
    let others: Vec<_> = (0..100).map(|_| (UserId::new(), SocketId::new())).collect();
    bench.presence.beat(&others).await;
    let mut redis = connection(&server.url()).await;
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    assert_eq!(keys.len(), 101);
    for key in keys {
        let left: u64 = redis::cmd("TTL").arg(&key).query_async(&mut redis).await.unwrap();
        assert!((1..=150).contains(&left), "{key}: {left}");
    }
}

/// Fails when beats only prolong: the other node then never learns of who was there before.
#[tokio::test(flavor = "multi_thread")]
async fn without_redis_each_node_counts_its_own_and_beats_bring_it_back() {
    let mut server = RedisServer::start(&[]);
    let settings = server.settings();
    let [here, there] = [(); 2].map(|()| bench(settings.clone()));
    let (user, socket) = (UserId::new(), SocketId::new());
    here.presence.arrive(user, socket).await.expect("the first");
    assert!(there.is_online(user).await);
    server.kill();
    until("it is noticed", async || !there.is_online(user).await).await;
    assert!(here.is_online(user).await, "its own are known");
    let newcomer = UserId::new();
    let asked = Instant::now();
    let sockets: Vec<SocketId> = (0..SOCKETS_PER_USER).map(|_| SocketId::new()).collect();
    for socket in &sockets {
        assert_eq!(here.presence.arrive(newcomer, *socket).await, Ok(()));
    }
    assert_eq!(here.presence.arrive(newcomer, SocketId::new()).await, Err(TooMany), "by its own count");
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    here.presence.leave(newcomer, sockets[0]).await;
    server.restart();
    let own: Vec<(UserId, SocketId)> =
        sockets[1..].iter().map(|socket| (newcomer, *socket)).chain([(user, socket)]).collect();
    until("a beat brings everybody back", async || {
        here.presence.beat(&own).await;
        there.presence.online(&[user, newcomer]).await.len() == 2
    })
    .await;
    assert_eq!(there.presence.arrive(newcomer, SocketId::new()).await, Ok(()));
    assert_eq!(there.presence.arrive(newcomer, SocketId::new()).await, Err(TooMany), "of both nodes");
}
