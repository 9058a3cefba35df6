//! The bus on Redis while all is well.

use backend::{
    bus::{Bus, Notice, Topic},
    redis::Settings,
};
use model::RoomId;
use testing::{RedisServer, redis};

use super::{connection, until};
use crate::contracts::{
    bus::{Node, Pair, change, ended},
    contract,
};

/// Two nodes that share a Redis.
fn two(settings: Settings) -> Pair {
    Pair { publisher: Bus::redis(settings.clone()), listener: Node::new(Bus::redis(settings)) }
}

mod between_nodes {
    use super::*;

    async fn between_nodes() -> Pair {
        two(redis())
    }

    contract!(bus, between_nodes:
        arrives_once_and_in_order_where_it_is_watched,
        one_topic_keeps_its_order,
        the_last_watcher_ends_it,
        who_waited_for_watching_misses_nothing,
    );
}

mod on_one_node {
    use super::*;

    async fn on_one_node() -> Pair {
        Pair::alone(Bus::redis(redis()))
    }

    contract!(bus, on_one_node:
        arrives_once_and_in_order_where_it_is_watched,
        one_topic_keeps_its_order,
        the_last_watcher_ends_it,
        who_waited_for_watching_misses_nothing,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_cluster_channels_are_sharded() {
    use crate::contracts::bus::*;
    let server = RedisServer::start_cluster();
    arrives_once_and_in_order_where_it_is_watched(two(server.settings())).await;
    one_topic_keeps_its_order(two(server.settings())).await;
    the_last_watcher_ends_it(two(server.settings())).await;
    who_waited_for_watching_misses_nothing(two(server.settings())).await;
    let mut redis = connection(&server.url()).await;
    let stats: String = redis::cmd("INFO").arg("commandstats").query_async(&mut redis).await.unwrap();
    assert!(stats.contains("cmdstat_spublish") && stats.contains("cmdstat_ssubscribe"), "{stats}");
    assert!(!stats.contains("cmdstat_publish") && !stats.contains("cmdstat_subscribe"), "{stats}");
}

/// Fails when echoes are not recognised: everything then arrives a second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_hears_itself_once_and_at_once() {
    let settings = redis();
    let [node, other] = [(); 2].map(|()| Node::new(Bus::redis(settings.clone())));
    let room = RoomId::new();
    node.listen_to(room).await;
    other.listen_to(room).await;
    for rev in 1..=100 {
        node.bus.publish(&change(room, rev));
        assert_eq!(node.at_once(), Some(change(room, rev)), "without a round trip");
        assert_eq!(other.next(), change(room, rev));
    }
    // Behind it on the same connection: whatever came back has come by now.
    other.bus.publish(&change(room, 101));
    assert_eq!(node.next(), change(room, 101));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_costs_one_publish_whatever_the_number_of_watchers() {
    let server = RedisServer::start(&[]);
    let Pair { publisher, listener } = two(server.settings());
    let room = RoomId::new();
    for _ in 0..1_000 {
        listener.bus.watch(Topic::Room(room));
    }
    listener.bus.watching().await;
    (1..=50).for_each(|rev| publisher.publish(&change(room, rev)));
    (1..=50).for_each(|rev| assert_eq!(listener.next(), change(room, rev)));
    let mut redis = connection(&server.url()).await;
    let stats: String = redis::cmd("INFO").arg("commandstats").query_async(&mut redis).await.unwrap();
    let calls =
        |command| stats.lines().find_map(|line| line.strip_prefix(command)).map(|line| line.to_owned());
    assert!(calls("cmdstat_publish:").unwrap().starts_with("calls=50,"), "{stats}");
    assert!(calls("cmdstat_subscribe:").unwrap().starts_with("calls=2,"), "the room and sessions: {stats}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_subscribed_to_only_while_somebody_watches() {
    let server = RedisServer::start(&[]);
    let node = Node::new(Bus::redis(server.settings()));
    let mut redis = connection(&server.url()).await;
    let mut channels = async || {
        let channels: Vec<String> =
            redis::cmd("PUBSUB").arg("CHANNELS").query_async(&mut redis).await.unwrap();
        channels.len()
    };
    let rooms: Vec<RoomId> = (0..3_000).map(|_| RoomId::new()).collect();
    rooms.iter().for_each(|room| node.bus.watch(Topic::Room(*room)));
    node.bus.watching().await;
    assert_eq!(channels().await, rooms.len() + 1);
    rooms.iter().for_each(|room| node.bus.unwatch(Topic::Room(*room)));
    node.bus.watching().await;
    assert_eq!(channels().await, 1, "sessions");
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_in_different_databases_do_not_hear_each_other() {
    let server = RedisServer::start(&[]);
    let database = |number| Settings::parse(&format!("{}/{number}", server.url())).unwrap();
    let [mine, other] = [database(0), database(1)].map(|settings| Node::new(Bus::redis(settings)));
    mine.bus.watching().await;
    other.bus.watching().await;
    let [first, second] = [ended(), ended()];
    other.bus.publish(&first);
    other.bus.flush().await;
    let publisher = Bus::redis(database(0));
    publisher.publish(&second);
    assert_eq!(mine.next(), second);
    assert_eq!(other.next(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_passed_over() {
    let server = RedisServer::start(&[]);
    let settings = Settings::parse(&server.url()).unwrap();
    let Pair { publisher, listener } = two(settings);
    let room = RoomId::new();
    listener.listen_to(room).await;
    let mut redis = connection(&server.url()).await;
    let channel = format!("rapport:0:room:{room}");
    let bad: [&[u8]; 4] =
        [b"", b"\xff\xfe", b"{\"by\":1,\"is\":{\"new\":1}}\n", b"{\"by\":1,\"is\":\"room\"}\n"];
    for payload in bad {
        let heard: u32 =
            redis::cmd("PUBLISH").arg(&channel).arg(payload).query_async(&mut redis).await.unwrap();
        assert_eq!(heard, 1, "the listener is subscribed");
    }
    publisher.publish(&change(room, 1));
    assert_eq!(listener.next(), change(room, 1));
    assert!(listener.bus.is_connected());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_ears_publishes() {
    let settings = redis();
    let (quiet, listener) = (Bus::redis(settings.clone()), Node::new(Bus::redis(settings)));
    quiet.watching().await;
    listener.bus.watching().await;
    let notice: Notice = ended();
    quiet.publish(&notice);
    quiet.flush().await;
    assert_eq!(listener.next(), notice);
    until("both are connected", async || quiet.is_connected() && listener.bus.is_connected()).await;
}
