//! Nodes that serve people: killed, restarted, cut off.

use std::time::{Duration, Instant};

use bench::{check::Findings, client::Order};
use futures::future::join_all;
use model::{MessageId, Sent};
use tokio::time::sleep;

use crate::world::{Dev, Node, Raw, on_cluster, until};

const RESTARTING: Option<u16> = Some(4001);

/// Fails when a client's outbox takes what was on its way for sent (`Outbox::disconnected` does nothing):
/// it is never answered, and never stands.
#[test]
fn row_1_a_killed_node_loses_nothing_and_its_clients_move_to_the_other() {
    on_cluster(async |world| {
        let mut trial = world.trial(12, 12).await;
        let talk = tokio::spawn(trial.talk(2.0, Duration::from_secs(12)));
        sleep(Duration::from_secs(2)).await;
        // Kafka stands still for a moment, so that the node dies with messages that it has not logged.
        world.order("pause", "kafka").await;
        sleep(Duration::from_millis(1_500)).await;
        world.order("kill", "web-1").await;
        world.order("resume", "kafka").await;
        assert!(trial.all_here(Duration::from_secs(30)).await, "everybody is at the other one");
        assert_eq!(world.cluster.pid("web-1").unwrap(), None);
        let accepted = trial.accepted();
        until("messages are taken", async || (trial.accepted() > accepted + 20).then_some(())).await;
        world.order("start", "web-1").await;
        // And the other way round, without a wait.
        world.order("crash", "web-2").await;
        talk.await.unwrap();
        assert!(trial.accepted() > 100, "{}", trial.accepted());
        assert_eq!(trial.judge().await.unwrap(), Findings::default());
    });
}

/// Kafka stands still while the entry is on its way to it, so nothing can be answered.
/// Fails when the log's statement looks for no known ids: the copy is stored again and again, never.
#[test]
fn row_2_a_node_killed_between_log_and_answer_has_the_retry_taken_for_the_same_message() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let [dying, other] = ["web-1", "web-2"].map(|node| world.at(&ana.http, node));
        let reader = Dev::start(bo.user, world.at(&bo.http, "web-2")).await;
        // Everything is warm, so that what follows is held by Kafka alone.
        dying.send(room, MessageId::new(), "before").await.unwrap();
        world.whole(room, 1, &[&reader]).await;
        let (id, stored) = (MessageId::new(), world.sql.stored().await);
        world.order("pause", "kafka").await;
        let sent = tokio::spawn(async move { dying.send(room, id, "once").await });
        // It has left the process when nothing of it waits there any more; a second is plenty.
        sleep(Duration::from_secs(1)).await;
        assert!(!sent.is_finished(), "nothing is answered");
        world.order("kill", "web-1").await;
        world.order("resume", "kafka").await;
        assert!(sent.await.unwrap().is_err(), "there was no answer");
        let standing = world.whole(room, 2, &[&reader]).await;
        assert_eq!(standing[1].1, id.to_string(), "the entry had come so far");

        for _ in 0..3 {
            let retried =
                until("Kafka is known to be back", async || other.send(room, id, "once").await.ok());
            let known = match retried.await {
                Sent::Logged(logged) => logged.id,
                Sent::Accepted(accepted) => accepted.id,
            };
            assert_eq!(known, id);
        }
        other.send(room, MessageId::new(), "after").await.unwrap();
        let standing = world.whole(room, 3, &[&reader]).await;
        let bodies: Vec<&str> = standing.iter().map(|(_, _, body)| body.as_str()).collect();
        assert_eq!(bodies, ["before", "once", "after"]);
        assert_eq!(world.sql.stored().await - stored, 5, "the log holds every copy");
        assert_eq!(reader.noted().connections, 1);
    });
}

/// Fails when `is_connected` always says yes (it stays ready), when `publish` does not go to local
/// listeners first (nothing is seen while it is cut off), and when `repair` does nothing (what others
/// wrote meanwhile is never seen).
#[test]
fn row_12_a_node_cut_off_from_redis_serves_its_own_and_repairs_itself() {
    on_cluster(async |world| {
        let (node, way) = Node::apart(world).await;
        let (ana, bo, room) = world.pair().await;
        let (mut here, _) = Raw::start(&bo.http.at(&node.address), &[]).await;
        let local = Dev::start(bo.user, bo.http.at(&node.address)).await;
        let elsewhere = Dev::start(ana.user, world.at(&ana.http, "web-2")).await;
        let sender = ana.http.at(&node.address);
        sender.send(room, MessageId::new(), "before").await.unwrap();
        world.whole(room, 1, &[&local, &elsewhere]).await;

        way.cut();
        until("it says that it is not ready", async || {
            node.ready(world).await.err().filter(|said| said.contains("503") || said.contains("not ready"))
        })
        .await;
        let (id, began) = (MessageId::new(), Instant::now());
        let sent = tokio::spawn(async move { sender.send(room, id, "among ourselves").await });
        here.until_live(id).await;
        assert!(began.elapsed() < Duration::from_secs(5), "at once: {:?}", began.elapsed());
        sent.await.unwrap().unwrap();
        let from_elsewhere = elsewhere.say(room, "from elsewhere").await;
        elsewhere.until_durable(from_elsewhere).await;
        // Numbered, and told to everybody who hears.
        let standing = world.whole(room, 3, &[&elsewhere]).await;
        let (shown, _) = local.shown(room).await;
        assert!(shown.len() < standing.len(), "it hears nothing of the others");

        way.heal();
        until("it is ready again", async || node.ready(world).await.ok()).await;
        world.whole(room, 3, &[&local, &elsewhere]).await;
        assert_eq!((local.noted().connections, elsewhere.noted().connections), (1, 1));
        drop(node);
    });
}

/// Without jitter: nginx stands still while they knock, and lets all of them in at the same moment.
/// Fails when of what a returning client missed one message is left out (`Backend::changes`).
#[test]
fn row_13_a_crowd_that_comes_back_at_once_misses_nothing() {
    on_cluster(async |world| {
        let mut trial = world.trial(100, 100).await;
        world.order("pause", "nginx").await;
        for device in trial.devices() {
            device.order(Order::Cut);
            device.order(Order::Wake);
        }
        world.order("kill", "web-1").await;
        // Everybody misses something.
        trial.post(&world.cluster.address("web-2").unwrap()).await;
        assert!(!trial.all_here(Duration::ZERO).await);
        world.order("resume", "nginx").await;
        let talk = tokio::spawn(trial.talk(0.2, Duration::from_secs(8)));
        assert!(trial.all_here(Duration::from_secs(30)).await, "everybody is back");
        world.order("start", "web-1").await;
        talk.await.unwrap();
        assert!(trial.accepted() > 130, "{}", trial.accepted());
        assert_eq!(trial.judge().await.unwrap(), Findings::default());
    });
}

/// A told client waits up to 5 s before it comes back, and 300 that come back to a debug build on a busy
/// machine add to that; the longest is printed.
/// Fails when `drain` asks nobody to leave, and when nginx counts nodes out for sockets (`max_fails`):
/// nobody comes in.
#[test]
fn row_14_a_rolling_restart_loses_nothing_and_keeps_nobody_away() {
    const AWAY: Duration = Duration::from_secs(5 + 10);
    on_cluster(async |world| {
        let mut trial = world.trial(150, 150).await;
        let talk = tokio::spawn(trial.talk(0.2, Duration::from_secs(25)));
        let (longest, watched) = tokio::sync::watch::channel(Duration::ZERO);
        let devices = trial.devices();
        let watching = tokio::spawn(async move {
            let mut since: Vec<Option<Instant>> = vec![None; devices.len()];
            loop {
                for (device, since) in devices.iter().zip(&mut since) {
                    match device.status().caught_up {
                        true => *since = None,
                        false => {
                            let away = since.get_or_insert_with(Instant::now).elapsed();
                            longest.send_if_modified(|longest| {
                                std::mem::replace(longest, away.max(*longest)) < away
                            });
                        }
                    }
                }
                sleep(Duration::from_millis(25)).await;
            }
        });
        let (ana, _, _) = world.pair().await;
        for node in ["web-1", "web-2"] {
            let way = world.at(&ana.http, node);
            let sockets = join_all((0..5).map(async |_| Raw::start(&way, &[]).await.0)).await;
            let farewells =
                sockets.into_iter().map(|mut socket| tokio::spawn(async move { socket.farewell().await }));
            let farewells: Vec<_> = farewells.collect();
            let asked = Instant::now();
            world.order("restart", node).await;
            let took = asked.elapsed();
            for farewell in farewells {
                assert_eq!(farewell.await.unwrap(), RESTARTING, "they are told");
            }
            let end = world.cluster.last_end(node).unwrap();
            assert_eq!(end.as_deref(), Some("status 0"), "{node} left by itself, after {took:?}");
            assert!(trial.all_here(Duration::from_secs(20)).await);
        }
        talk.await.unwrap();
        watching.abort();
        let longest = *watched.borrow();
        println!("row 14: nobody was away for longer than {longest:?}");
        assert!(longest > Duration::ZERO && longest < AWAY, "{longest:?}");
        assert!(trial.accepted() > 100, "{}", trial.accepted());
        assert_eq!(trial.judge().await.unwrap(), Findings::default());
    });
}
