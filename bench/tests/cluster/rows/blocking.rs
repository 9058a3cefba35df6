//! Who is blocked writes on, to somebody who seems to be away, on every node.

use bench::client::Refused;
use futures::future::join_all;
use model::{Code, MessageId};

use super::leaving::{is_rid_of, say_by_turns, until_answered, until_quiet, until_rid_of};
use crate::world::{Dev, NODES, devices, on_cluster, until};

/// Both talk, on both nodes, all the while.
#[test]
fn row_17_who_is_blocked_while_messages_fly_reaches_no_device_and_does_not_notice() {
    on_cluster(async |world| {
        let (ana, bo, cai, room) = world.trio().await;
        let (hers, his) = (devices(world, &ana, 2).await, devices(world, &bo, 4).await);
        let block = async {
            until("much was said", async || (his[0].noted().live.len() > 8).then_some(())).await;
            world.at(&bo.http, "web-2").block(ana.user).await.unwrap();
            say_by_turns(&hers, room, 15).await
        };
        let (_, _, late) = tokio::join!(say_by_turns(&hers, room, 20), say_by_turns(&his, room, 20), block);
        join_all(his.iter().map(|device| until_rid_of(device, room))).await;
        join_all(his.iter().map(until_answered)).await;
        let taken: usize = his.iter().map(|device| device.noted().durable.len()).sum();
        for node in NODES {
            let http = world.at(&bo.http, node);
            let refused = http.send(room, MessageId::new(), "let me in").await;
            assert!(matches!(refused, Err(Refused::Answered(error)) if error.code == Code::NotFound));
            let refused = http.open_room(ana.user).await;
            assert!(matches!(refused, Err(Refused::Answered(error)) if error.code == Code::Forbidden));
        }
        let both: Vec<&Dev> = hers.iter().collect();
        let standing = world.whole(room, 35 + taken, &both).await;
        for device in &hers {
            let chat = device.chat().await;
            let seen = chat.conversation(room).unwrap();
            assert!(seen.room.gone.is_empty(), "to her he is there");
            assert_eq!(seen.timeline.rev().0, standing.len() as i64, "nothing but messages has happened");
        }
        // She tries what she can.
        for node in NODES {
            let http = world.at(&ana.http, node);
            assert!(http.open_room(bo.user).await.unwrap().gone.is_empty());
            http.leave(room).await.unwrap();
            assert!(http.open_room(bo.user).await.unwrap().gone.is_empty());
        }
        until_quiet(&cai, &bo, &his).await;
        for device in &his {
            let noted = device.noted();
            assert_eq!((noted.left, noted.after_left), (vec![room], Vec::new()));
            assert!(late.iter().all(|id| !noted.live.contains(id)), "written after he had blocked her");
            assert!(is_rid_of(device, room).await);
        }

        // Back, by way of the other node, with everything that he missed.
        let http = world.at(&bo.http, "web-1");
        http.unblock(ana.user).await.unwrap();
        http.open_room(ana.user).await.unwrap();
        let newest = hers[0].say(room, "welcome back").await.to_string();
        for device in his.iter().chain(&hers) {
            until("the newest is on all devices", async || {
                device.shown(room).await.0.iter().any(|(_, id, _)| *id == newest).then_some(())
            })
            .await;
        }
    });
}
