//! A panic ends what it happened in, and that alone.

use bench::client::{Order, Refused};
use model::{MessageId, RoomId, limits::SOCKETS_PER_USER, wire::ClientFrame};
use serde_json::Value;

use crate::world::{Dev, Nginx, Node, Raw, on_cluster, until};

/// What nodes of the mutant `panic` panic at.
const PANIC: &str = "panic on purpose";

fn frame(room: RoomId) -> ClientFrame {
    ClientFrame::Send { room, id: MessageId::new(), body: PANIC.to_owned() }
}

/// Two nodes that can be made to panic, behind an nginx of their own, beside those of the cluster.
/// Fails when `CatchPanicLayer` is left out of the router: nginx answers 503 in the node's place; and when a
/// `Subscription` does not leave the hub on `drop`: the places are used up.
#[test]
fn row_10_a_panic_ends_the_call_or_the_connection_it_happens_in_and_nothing_else() {
    on_cluster(async |world| {
        let nodes = [Node::with_mutant(world, "panic").await, Node::with_mutant(world, "panic").await];
        let nginx = Nginx::before(&nodes).await;
        let (ana, bo, cai, room) = world.trio().await;
        let others = [
            Dev::start(bo.user, bo.http.at(&nodes[0].address)).await,
            Dev::start(bo.user, bo.http.at(&nodes[1].address)).await,
            Dev::start(bo.user, bo.http.at(&nginx.address)).await,
            Dev::start(ana.user, world.at(&ana.http, "web-1")).await,
            Dev::start(bo.user, world.at(&bo.http, "web-2")).await,
        ];
        let unlucky = Dev::start(ana.user, ana.http.at(&nginx.address)).await;
        let mut count = 0;
        let panics = || nodes.iter().map(Node::panics).sum::<usize>();

        let calls = cai.http.at(&nginx.address);
        for _ in 0..10 {
            let sent = calls.send(room, MessageId::new(), PANIC).await.map(drop);
            let found = calls.get::<Value>("/api/people/find", &[("q", PANIC.to_owned())]).await.map(drop);
            for answer in [sent, found] {
                let Err(Refused::Unknown(said)) = answer else { panic!("{answer:?}") };
                assert!(said.to_string().starts_with("status 500"), "{said}");
                count += 1;
            }
            assert_eq!(panics(), count, "no other node was asked");
        }
        // More than anybody may have at a time: their places are free again.
        for _ in 0..SOCKETS_PER_USER + 4 {
            let mut socket = Raw::start(&calls, &[]).await.0;
            socket.say(&frame(room)).await;
            assert_eq!(socket.farewell().await, None);
            count += 1;
        }
        let mut composed = Vec::new();
        for connection in 1..=3 {
            composed.push(unlucky.say(room, "before").await);
            unlucky.handle.order(Order::Say(vec![frame(room)]));
            composed.push(unlucky.say(room, "after").await);
            composed.push(others[connection].say(room, "meanwhile").await);
            until("it is back", async || (unlucky.noted().connections > connection).then_some(())).await;
            unlucky.until_here().await;
            count += 1;
        }
        assert_eq!(panics(), count);

        let all: Vec<&Dev> = others.iter().chain([&unlucky]).collect();
        let standing = world.whole(room, composed.len(), &all).await;
        assert_eq!(standing.len(), composed.len());
        assert!(standing.iter().all(|(_, _, body)| body != PANIC));
        for device in all {
            assert_eq!((device.noted().rejected, device.noted().astonished), (Vec::new(), Vec::new()));
        }
        for device in others {
            assert_eq!(device.noted().connections, 1, "nobody else was disconnected");
        }
    });
}
