//! The bus when Redis is killed, frozen or cut off.

use std::time::{Duration, Instant};

use backend::bus::{Bus, Topic};
use model::RoomId;
use testing::RedisServer;

use super::{connection, until};
use crate::contracts::bus::{Node, change};

fn nodes(server: &RedisServer) -> [Node; 2] {
    let settings = server.settings();
    [(); 2].map(|()| Node::new(Bus::redis(settings.clone())))
}

async fn connected(nodes: &[Node]) {
    until("the nodes are connected", async || nodes.iter().all(|node| node.bus.is_connected())).await;
}

/// The two defences: fails at the notice across when topics are not looked at anew on a new connection,
/// and at the gaps when they are not told.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived_and_its_gap_is_told() {
    let mut server = RedisServer::start(&[]);
    let nodes = nodes(&server);
    let [one, two] = &nodes;
    let [before, during] = [RoomId::new(), RoomId::new()];
    one.listen_to(before).await;
    two.listen_to(before).await;
    one.bus.publish(&change(before, 1));
    assert_eq!((one.next(), two.next()), (change(before, 1), change(before, 1)));
    assert_eq!((one.gaps(), two.gaps()), (0, 0));

    server.kill();
    until("it is noticed", async || nodes.iter().all(|node| !node.bus.is_connected())).await;
    let asked = Instant::now();
    one.listen_to(during).await;
    two.listen_to(during).await;
    assert!(asked.elapsed() < Duration::from_millis(500), "nobody waits for what is away");
    one.bus.publish(&change(before, 2));
    one.bus.publish(&change(during, 1));
    assert_eq!((one.at_once(), one.at_once()), (Some(change(before, 2)), Some(change(during, 1))));
    one.bus.flush().await;

    server.restart();
    until("both are told the gap", async || one.gaps() > 0 && two.gaps() > 0).await;
    connected(&nodes).await;
    for room in [before, during] {
        one.bus.publish(&change(room, 3));
        assert_eq!(
            (one.next(), two.next()),
            (change(room, 3), change(room, 3)),
            "nothing old, nothing twice"
        );
    }
}

/// The other node's ears were never cut, so only the publisher knows. Fails when it does not tell.
#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_publish_tells_the_others_so() {
    let server = RedisServer::start(&[]);
    let nodes = nodes(&server);
    let [cut_off, other] = &nodes;
    let room = RoomId::new();
    other.listen_to(room).await;
    connected(&nodes).await;
    let mut redis = connection(&server.url()).await;
    let kill = async |redis: &mut redis::aio::MultiplexedConnection| {
        let mut kill = redis::cmd("CLIENT");
        kill.arg("KILL").arg("TYPE").arg("normal").arg("SKIPME").arg("yes");
        kill.exec_async(redis).await.unwrap();
    };
    kill(&mut redis).await;
    cut_off.bus.publish(&change(room, 1));
    // It may have been quick enough to reconnect; then it is cut off once more.
    until("the other node is told", async || {
        if other.at_once().is_some() {
            kill(&mut redis).await;
            cut_off.bus.publish(&change(room, 1));
        }
        other.gaps() > 0
    })
    .await;
    connected(&nodes).await;
    cut_off.bus.publish(&change(room, 2));
    assert_eq!(other.next(), change(room, 2));
}

/// Connections that are open and answer nothing, as when the network between is cut.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_redis_holds_up_nobody() {
    let server = RedisServer::start(&[]);
    let nodes = nodes(&server);
    let [one, two] = &nodes;
    let room = RoomId::new();
    one.listen_to(room).await;
    two.listen_to(room).await;
    connected(&nodes).await;
    server.freeze();
    let asked = Instant::now();
    // More than may wait: the rest is dropped, and nobody notices here.
    for rev in 1..=40_000 {
        one.bus.publish(&change(room, rev));
        assert_eq!(one.at_once(), Some(change(room, rev)));
    }
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    until("it is noticed", async || nodes.iter().all(|node| !node.bus.is_connected())).await;
    one.bus.watch(Topic::Room(RoomId::new()));
    let asked = Instant::now();
    one.bus.watching().await;
    assert!(asked.elapsed() < Duration::from_millis(500));
    server.thaw();
    until("both are told the gap", async || one.gaps() > 0 && two.gaps() > 0).await;
    connected(&nodes).await;
    while two.at_once().is_some() {}
    one.bus.publish(&change(room, 50_000));
    until("the next one arrives", async || two.at_once() == Some(change(room, 50_000))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_comes_late_is_waited_for() {
    let mut server = RedisServer::start(&[]);
    server.kill();
    let nodes = nodes(&server);
    let [one, two] = &nodes;
    let room = RoomId::new();
    two.listen_to(room).await;
    assert!(!two.bus.is_connected());
    server.restart();
    until("the gap is told", async || two.gaps() > 0).await;
    connected(&nodes).await;
    one.bus.publish(&change(room, 1));
    assert_eq!(two.next(), change(room, 1));
}

/// Fails when nobody remembers that the wait was given up: what is published between the answer that
/// came too late and the subscription is missed unseen.
#[tokio::test(flavor = "multi_thread")]
async fn who_went_on_before_it_was_subscribed_is_told_a_gap() {
    let server = RedisServer::start(&[]);
    let nodes = nodes(&server);
    let [slow, _] = &nodes;
    connected(&nodes).await;
    server.freeze();
    let asked = Instant::now();
    slow.listen_to(RoomId::new()).await;
    assert!(asked.elapsed() >= Duration::from_secs(1), "it waits as long as it can");
    assert_eq!(slow.gaps(), 0);
    server.thaw();
    until("the gap is told", async || slow.gaps() > 0).await;
}
