//! Who is removed from a group is out of it, on every node; what became of it is seen by the others.

use bench::{client::Refused, world::Person};
use futures::future::join_all;
use model::{Code, MessageId, Room, RoomId};

use super::leaving::{is_rid_of, say_by_turns, until_answered, until_quiet, until_rid_of};
use crate::world::{Dev, Node, World, devices, on_cluster, until};

/// Ana's group with Bo and Cai, with whom she is talking.
async fn group(world: &World) -> (Person, Person, Person, RoomId) {
    let (ana, bo, cai, _) = world.trio().await;
    for person in [&bo, &cai] {
        let private = ana.http.open_room(person.user).await.unwrap().id;
        for http in [&ana.http, &person.http] {
            http.send(private, MessageId::new(), "hello").await.unwrap();
        }
        world.whole(private, 2, &[]).await;
    }
    let room = ana.http.create(RoomId::new(), "a group", &[bo.user, cai.user]).await.unwrap();
    (ana, bo, cai, room.id)
}

/// Waits until a device shows a room like this.
async fn until_shown(what: &str, device: &Dev, room: RoomId, is_so: impl Fn(&Room) -> bool) {
    until(what, async || {
        device.chat().await.conversation(room).is_some_and(|shown| is_so(&shown.room)).then_some(())
    })
    .await;
}

/// Everybody talks, on both nodes, all the while. Fails when `Hub::expel` leaves a listener in the room,
/// when the cache does not forget who was a member (he writes on), and when `add` tells him nothing.
#[test]
fn row_17_who_is_removed_while_messages_fly_hears_and_says_nothing_more() {
    on_cluster(async |world| {
        let (ana, bo, cai, room) = group(world).await;
        let (hers, his) = (devices(world, &ana, 2).await, devices(world, &bo, 4).await);
        let others = devices(world, &cai, 2).await;
        let remove = async {
            until("much was said", async || (his[0].noted().live.len() > 8).then_some(())).await;
            world.at(&ana.http, "web-2").remove(room, bo.user).await.unwrap();
            say_by_turns(&hers, room, 15).await
        };
        let (_, _, late) =
            tokio::join!(say_by_turns(&others, room, 20), say_by_turns(&his, room, 20), remove);
        join_all(his.iter().map(|device| until_rid_of(device, room))).await;
        join_all(his.iter().map(until_answered)).await;
        let taken: usize = his.iter().map(|device| device.noted().durable.len()).sum();
        for node in ["web-1", "web-2"] {
            let refused = world.at(&bo.http, node).send(room, MessageId::new(), "let me in").await;
            assert!(matches!(refused, Err(Refused::Answered(error)) if error.code == Code::NotFound));
        }
        let inside: Vec<&Dev> = hers.iter().chain(&others).collect();
        let standing = world.whole(room, 35 + taken, &inside).await;
        until_quiet(&cai, &bo, &his).await;
        for device in &his {
            let noted = device.noted();
            assert_eq!((noted.left, noted.after_left), (vec![room], Vec::new()));
            assert!(late.iter().all(|id| !noted.live.contains(id)), "written after he was removed");
            let stands = |id: &MessageId| standing.iter().any(|(_, of, _)| *of == id.to_string());
            assert!(noted.durable.iter().all(stands), "what was taken of him stands");
        }
        for device in &inside {
            until_shown("he is gone", device, room, |shown| shown.gone == [bo.user]).await;
        }

        // Back, by way of the other node, with everything that he missed.
        world.at(&ana.http, "web-1").add(room, bo.user).await.unwrap();
        world.at(&ana.http, "web-2").rename(room, "the same group").await.unwrap();
        hers[0].say(room, "welcome back").await;
        let newest = world.whole(room, standing.len() + 1, &inside).await;
        for device in his.iter().chain(inside) {
            until_shown("he is back", device, room, |shown| shown.gone.is_empty()).await;
            until_shown("it has its title", device, room, |shown| shown.name(bo.user) == "the same group")
                .await;
            until("the newest is there", async || {
                device.shown(room).await.0.iter().any(|shown| Some(shown) == newest.last()).then_some(())
            })
            .await;
        }
    });
}

/// Fails when `expel_strangers` expels nobody.
#[test]
fn row_17_a_node_that_was_cut_off_from_redis_finds_out_who_was_removed() {
    on_cluster(async |world| {
        let (node, way) = Node::apart(world).await;
        let (ana, bo, cai, room) = group(world).await;
        let his = Dev::start(bo.user, bo.http.at(&node.address)).await;
        let theirs = Dev::start(cai.user, cai.http.at(&node.address)).await;
        way.cut();
        until("it is cut off", async || node.ready(world).await.err().map(drop)).await;
        world.at(&ana.http, "web-1").remove(room, bo.user).await.unwrap();
        world.at(&ana.http, "web-2").rename(room, "without him").await.unwrap();
        assert!(!is_rid_of(&his, room).await, "it hears nothing of that");
        way.heal();
        until_rid_of(&his, room).await;
        until_shown("the title", &theirs, room, |shown| shown.name(cai.user) == "without him").await;
        until_shown("he is gone", &theirs, room, |shown| shown.gone == [bo.user]).await;
        let noted = his.noted();
        assert_eq!((noted.left, noted.after_left, noted.connections), (vec![room], Vec::new(), 1));
        drop(node);
    });
}
