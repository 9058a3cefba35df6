//! The promise of the bus: at most once, in order per topic and publisher, to those who watch.

use std::sync::mpsc;

use backend::bus::{Bus, Notice, Topic};
use bytes::Bytes;
use model::{Rev, RoomId, SessionId, UserId};

/// A node's bus and what reaches it.
struct Node {
    bus: Bus,
    arrived: mpsc::Receiver<Notice>,
}

impl Node {
    fn new(bus: Bus) -> Self {
        let (send, arrived) = mpsc::channel();
        bus.attach(Box::new(move |notice| send.send(notice.clone()).unwrap()));
        Self { bus, arrived }
    }

    fn next(&self) -> Notice {
        self.arrived.recv_timeout(std::time::Duration::from_secs(5)).expect("a notice arrives")
    }
}

fn change(room: RoomId, rev: i64) -> Notice {
    Notice::Room { room, rev: Some(Rev(rev)), frame: Bytes::from(format!("{{\"rev\":{rev}}}")) }
}

/// `publisher` and `listener` may be the same node, or two that share a medium.
fn keeps_the_promise(publisher: &Bus, listener: &Node) {
    let (room, other, user) = (RoomId::new(), RoomId::new(), UserId::new());
    listener.bus.watch(Topic::Room(room));
    listener.bus.watch(Topic::User(user));
    let ended = Notice::Ended { user, session: SessionId::new() };
    let joined = Notice::Joined { user, room, frame: Bytes::from_static(b"{}") };
    let sent: Vec<Notice> = (1..=50).map(|rev| change(room, rev)).chain([joined, ended]).collect();
    publisher.publish(&change(other, 1));
    sent.iter().for_each(|notice| publisher.publish(notice));
    let arrived: Vec<Notice> = sent.iter().map(|_| listener.next()).collect();
    assert_eq!(arrived, sent, "all of them, once, in order, and nothing that nobody watches");

    listener.bus.watch(Topic::Room(room));
    listener.bus.unwatch(Topic::Room(room));
    publisher.publish(&change(room, 51));
    assert_eq!(listener.next(), change(room, 51), "one of two watchers is left");
}

#[test]
fn in_process() {
    let node = Node::new(Bus::in_process());
    keeps_the_promise(&node.bus.clone(), &node);
    let room = RoomId::new();
    node.bus.watch(Topic::Room(room));
    node.bus.unwatch(Topic::Room(room));
    node.bus.publish(&change(room, 1));
    assert!(node.arrived.try_recv().is_err(), "nobody watches any more");
}
