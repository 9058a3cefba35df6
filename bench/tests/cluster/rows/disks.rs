//! Disks that are full.

use std::time::{Duration, Instant};

use bench::{
    check::Findings,
    client::{Http, Refused},
};
use model::{Code, MessageId, Page, RoomId, Seq};
use tokio::time::sleep;

use crate::world::{Dev, NODES, Raw, World, on_cluster, on_small_disk, until};

const FULL: Duration = Duration::from_secs(15);
/// What is spent on noticing, on a busy machine.
const NOTICED_WITHIN: Duration = Duration::from_secs(60);
const AT_ONCE: Duration = Duration::from_millis(1_000);
const QUICKLY: Duration = Duration::from_millis(1_800);

/// First nothing can be added to a table (SQLSTATE 53100), then to the write-ahead log, at which PostgreSQL
/// panics, and cannot even be started.
/// Fails when an error that PostgreSQL's client has no name for is taken for the entry's own
/// (`is_data_error`): no store waits, and what was said is a dead letter; and when nobody starts
/// PostgreSQL again.
#[test]
fn row_8_with_the_disk_of_postgresql_full_messages_are_numbered_once_there_is_room() {
    on_cluster(async |world| {
        on_small_disk(world, "postgres", async |disk| {
            let mut trial = world.trial(10, 10).await;
            let (ana, bo, cai, room) = world.trio().await;
            let mut sockets = [
                Raw::start(&world.at(&ana.http, "web-1"), &[]).await.0,
                Raw::start(&world.at(&bo.http, "web-2"), &[]).await.0,
            ];
            let shows = Dev::start(bo.user, world.at(&bo.http, "web-1")).await;
            let mut ids = vec![sockets[0].log(room, "with room").await];
            world.whole(room, 1, &[&shows]).await;
            let letters = world.admin(&["dead-letters", "list"]).await;
            let (server, before) = (world.cluster.pid("postgres").unwrap(), retries(world).await);

            let talk = tokio::spawn(trial.talk(2.0, FULL + Duration::from_secs(5)));
            let full = Instant::now();
            let (mut waits, mut ended) = (false, false);
            while full.elapsed() < FULL || !ended {
                assert!(full.elapsed() < NOTICED_WITHIN, "it waits: {waits}, PostgreSQL ended: {ended}");
                disk.fill();
                let [speaks, hears] = &mut sockets;
                let id = speaks.log(room, "without room").await;
                hears.until_live(id).await;
                ids.push(id);
                sockets.reverse();
                let asked = Instant::now();
                let page = ana.http.page(room, "after", Seq::ZERO).await;
                assert!(asked.elapsed() < QUICKLY, "{:?}", asked.elapsed());
                match page {
                    Ok(Page { messages, .. }) => assert!(!messages.is_empty()),
                    Err(Refused::Answered(error)) => assert_eq!(error.code, Code::Unavailable),
                    other => panic!("{other:?}"),
                }
                waits |= retries(world).await > before;
                if waits {
                    // Spends what the write-ahead log has left in files made before.
                    world.sql.can("SELECT pg_switch_wal()").await;
                }
                ended |= world.cluster.pid("postgres").unwrap() != server;
                sleep(Duration::from_millis(100)).await;
            }
            assert!(waits, "the stores wait for room");
            let refused = bo.http.open_room(cai.user).await;
            assert!(
                matches!(&refused, Err(Refused::Answered(error)) if error.code == Code::Unavailable),
                "{refused:?}"
            );

            disk.make_room();
            until("PostgreSQL is back by itself", async || world.sql.can("SELECT 1").await.then_some(()))
                .await;
            let standing = world.whole(room, ids.len(), &[&shows]).await;
            let ids: Vec<String> = ids.iter().map(MessageId::to_string).collect();
            assert!(standing.iter().map(|(_, id, _)| id).eq(&ids), "each once, in order");
            assert_eq!((shows.noted().connections, shows.noted().rejected), (1, Vec::new()));
            talk.await.unwrap();
            assert!(trial.accepted() > 100, "{}", trial.accepted());
            assert_eq!(trial.judge().await.unwrap(), Findings::default());
            assert_eq!(world.admin(&["dead-letters", "list"]).await, letters, "nothing is a dead letter");
        })
        .await;
    });
}

/// How often a store could not store what it had read.
async fn retries(world: &World) -> f64 {
    let of = |store| world.figure(store, "rapport_log_retries_total");
    of("store-1").await + of("store-2").await
}

/// Kafka ends when it cannot write, and cannot be started before there is room.
/// Fails when nobody remembers that it is away (`Deliveries::are_away` says no): each sender waits for five
/// seconds; and when nobody starts it again.
#[test]
fn row_8_with_the_disk_of_kafka_full_sends_are_refused_and_nothing_accepted_is_lost() {
    on_cluster(async |world| {
        on_small_disk(world, "kafka", async |disk| {
            let mut trial = world.trial(10, 10).await;
            let (ana, _, room) = world.pair().await;
            let nodes = NODES.map(|node| world.at(&ana.http, node));
            let mut taken = vec![MessageId::new()];
            nodes[0].send(room, taken[0], "with room").await.unwrap();
            world.whole(room, 1, &[]).await;
            let broker = world.cluster.pid("kafka").unwrap();
            let talk = tokio::spawn(trial.talk(2.0, FULL + Duration::from_secs(8)));
            until("Kafka ends", async || {
                disk.fill();
                (world.cluster.pid("kafka").unwrap() != broker).then_some(())
            })
            .await;
            for node in &nodes {
                until("it is noticed", async || (!takes(node, room, &mut taken).await).then_some(())).await;
            }
            let (full, mut refused) = (Instant::now(), 0);
            while full.elapsed() < FULL {
                disk.fill();
                for node in &nodes {
                    let asked = Instant::now();
                    refused += usize::from(!takes(node, room, &mut taken).await);
                    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
                    assert!(!node.page(room, "after", Seq::ZERO).await.unwrap().messages.is_empty());
                }
                sleep(Duration::from_millis(200)).await;
            }
            assert!(refused > 20, "{refused}");

            disk.make_room();
            until("messages are taken again", async || {
                takes(&nodes[1], room, &mut taken).await.then_some(())
            })
            .await;
            let mut standing = world.whole(room, taken.len(), &[]).await;
            let taken: Vec<String> = taken.iter().map(MessageId::to_string).collect();
            // Of what was refused nothing is known, so some of it may stand.
            standing.retain(|(_, id, _)| taken.contains(id));
            assert!(standing.iter().map(|(_, id, _)| id).eq(&taken), "each once, in order");
            talk.await.unwrap();
            assert!(trial.accepted() > 50, "{}", trial.accepted());
            assert_eq!(trial.judge().await.unwrap(), Findings::default());
        })
        .await;
    });
}

/// Sends one more, which is taken, or refused in words.
async fn takes(node: &Http, room: RoomId, taken: &mut Vec<MessageId>) -> bool {
    let id = MessageId::new();
    match node.send(room, id, "without room").await {
        Ok(_) => taken.push(id),
        Err(Refused::Answered(error)) if error.code == Code::Unavailable => return false,
        other => panic!("{other:?}"),
    }
    true
}
