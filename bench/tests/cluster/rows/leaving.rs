//! Who leaves a room is out of it, on every node.

use bench::{
    client::{Order, Refused},
    world::Person,
};
use futures::future::join_all;
use model::{Code, MessageId, RoomId, outbox::Pending};

use crate::world::{Dev, Node, devices, on_cluster, until};

/// Waits until something of another room, written now, is on all these devices: nothing is on its way.
pub(super) async fn until_quiet(from: &Person, to: &Person, devices: &[Dev]) {
    let elsewhere = from.http.open_room(to.user).await.unwrap().id;
    let id = MessageId::new();
    from.http.send(elsewhere, id, "the end").await.unwrap();
    for device in devices {
        until("what is written elsewhere comes", async || {
            device.shown(elsewhere).await.0.iter().any(|(_, of, _)| *of == id.to_string()).then_some(())
        })
        .await;
    }
}

/// So many messages, by turns from these devices.
pub(super) async fn say_by_turns(from: &[Dev], room: RoomId, count: usize) -> Vec<MessageId> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(from[n % from.len()].say(room, &format!("number {n}")).await);
    }
    ids
}

/// Whether nothing of the room is on a device.
pub(super) async fn is_rid_of(device: &Dev, room: RoomId) -> bool {
    device.chat().await.conversation(room).is_none()
}

pub(super) async fn until_rid_of(device: &Dev, room: RoomId) {
    until("the room is gone", async || is_rid_of(device, room).await.then_some(())).await;
}

/// Waits until every message composed was taken or refused for good.
pub(super) async fn until_answered(device: &Dev) {
    let is_refused = |entry: &Pending| entry.failed.is_some();
    until("everything is answered", async || {
        device.chat().await.outbox().iter().all(is_refused).then_some(())
    })
    .await;
}

/// Everybody talks, on both nodes, all the while. Fails when `Hub::expel` leaves a listener in the room,
/// when the cache does not forget who was a member (he writes on), and when a message that was taken
/// needs its author to be a member still (`admitted` in append.sql): it would be lost.
#[test]
fn row_17_who_leaves_while_messages_fly_hears_and_says_nothing_more() {
    on_cluster(async |world| {
        let (ana, bo, cai, room) = world.trio().await;
        let (hers, his) = (devices(world, &ana, 2).await, devices(world, &bo, 4).await);
        let leave = async {
            until("much was said", async || (his[0].noted().live.len() > 8).then_some(())).await;
            world.at(&bo.http, "web-2").leave(room).await.unwrap();
            say_by_turns(&hers, room, 15).await
        };
        let (_, _, late) = tokio::join!(say_by_turns(&hers, room, 20), say_by_turns(&his, room, 20), leave);
        join_all(his.iter().map(|device| until_rid_of(device, room))).await;
        join_all(his.iter().map(until_answered)).await;
        let taken: usize = his.iter().map(|device| device.noted().durable.len()).sum();
        for node in ["web-1", "web-2"] {
            let refused = world.at(&bo.http, node).send(room, MessageId::new(), "let me in").await;
            assert!(matches!(refused, Err(Refused::Answered(error)) if error.code == Code::NotFound));
        }
        let both: Vec<&Dev> = hers.iter().collect();
        let standing = world.whole(room, 35 + taken, &both).await;
        until_quiet(&cai, &bo, &his).await;
        for device in &his {
            let noted = device.noted();
            assert_eq!((noted.left, noted.after_left), (vec![room], Vec::new()));
            assert!(late.iter().all(|id| !noted.live.contains(id)), "written after he had left");
            let stands = |id: &MessageId| standing.iter().any(|(_, of, _)| *of == id.to_string());
            assert!(noted.durable.iter().all(stands), "what was taken of him stands");
        }
        for device in &hers {
            let chat = device.chat().await;
            assert_eq!(chat.conversation(room).unwrap().room.gone, [bo.user]);
        }

        his[0].handle.order(Order::Cut);
        until("it connects again", async || (his[0].noted().connections == 2).then_some(())).await;
        his[0].until_here().await;
        assert!(is_rid_of(&his[0], room).await);

        // Back, by way of the other node, with everything that he missed.
        world.at(&bo.http, "web-1").open_room(ana.user).await.unwrap();
        hers[0].say(room, "welcome back").await;
        until("he is back", async || (!is_rid_of(&his[3], room).await).then_some(())).await;
        let newest = world.whole(room, standing.len() + 1, &both).await;
        for device in &his {
            until("the newest is on his devices", async || {
                device.shown(room).await.0.iter().any(|shown| Some(shown) == newest.last()).then_some(())
            })
            .await;
        }
    });
}

/// Fails when `expel_strangers` expels nobody.
#[test]
fn row_17_a_node_that_was_cut_off_from_redis_finds_out_who_left() {
    on_cluster(async |world| {
        let (node, way) = Node::apart(world).await;
        let (ana, bo, room) = world.pair().await;
        let his = Dev::start(bo.user, bo.http.at(&node.address)).await;
        let hers = Dev::start(ana.user, ana.http.at(&node.address)).await;
        way.cut();
        until("it is cut off", async || node.ready(world).await.err().map(drop)).await;
        world.at(&bo.http, "web-1").leave(room).await.unwrap();
        assert!(!is_rid_of(&his, room).await, "it hears nothing of that");
        way.heal();
        until_rid_of(&his, room).await;
        let late = hers.say(room, "not for him").await;
        hers.until_durable(late).await;
        world.whole(room, 1, &[&hers]).await;
        let noted = his.noted();
        assert!(!noted.live.contains(&late));
        assert_eq!((noted.left, noted.after_left, noted.connections), (vec![room], Vec::new(), 1));
        drop(node);
    });
}
