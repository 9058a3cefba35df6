//! The promise of the bus: at most once, in order per topic and publisher, to those who watch.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::Duration,
};

use backend::{
    bus::{Bus, Notice, Topic},
    membership::MembershipVersion,
};
use bytes::Bytes;
use model::{Rev, RoomId, SessionId, UserId};

/// A node's bus and what reaches it.
pub(crate) struct Node {
    pub(crate) bus: Bus,
    arrived: mpsc::Receiver<Notice>,
    gaps: Arc<AtomicU32>,
}

impl Node {
    pub(crate) fn new(bus: Bus) -> Self {
        let (send, arrived) = mpsc::channel();
        let gaps = Arc::new(AtomicU32::new(0));
        let count = gaps.clone();
        bus.attach(
            Box::new(move |notice| {
                // The test that looks at what arrives may be over.
                let _ = send.send(notice.clone());
            }),
            Box::new(move || {
                count.fetch_add(1, Ordering::SeqCst);
            }),
        );
        Self { bus, arrived, gaps }
    }

    pub(crate) fn next(&self) -> Notice {
        self.arrived.recv_timeout(Duration::from_secs(10)).expect("a notice arrives")
    }

    /// A notice that is here already.
    pub(crate) fn at_once(&self) -> Option<Notice> {
        self.arrived.try_recv().ok()
    }

    pub(crate) fn gaps(&self) -> u32 {
        self.gaps.load(Ordering::SeqCst)
    }

    /// Watches a room, effectively.
    pub(crate) async fn listen_to(&self, room: RoomId) {
        self.bus.watch(Topic::Room(room));
        self.bus.watching().await;
    }
}

/// May be the same node twice, or two that share a medium.
pub(crate) struct Pair {
    pub(crate) publisher: Bus,
    pub(crate) listener: Node,
}

impl Pair {
    pub(crate) fn alone(bus: Bus) -> Self {
        Self { publisher: bus.clone(), listener: Node::new(bus) }
    }
}

pub(crate) fn change(room: RoomId, rev: i64) -> Notice {
    Notice::Room { room, rev: Some(Rev(rev)), frame: Bytes::from(format!("{{\"rev\":{rev}}}")) }
}

/// Every node hears of it without having asked.
pub(crate) fn ended() -> Notice {
    Notice::Ended { user: UserId::new(), session: SessionId::new() }
}

pub(crate) async fn arrives_once_and_in_order_where_it_is_watched(pair: Pair) {
    let Pair { publisher, listener } = pair;
    let (room, other, user) = (RoomId::new(), RoomId::new(), UserId::new());
    listener.bus.watch(Topic::User(user));
    listener.listen_to(room).await;
    let joined =
        Notice::Joined { user, room, version: MembershipVersion(1), frame: Bytes::from_static(b"{}") };
    let person = Notice::Person { user, frame: Bytes::from_static(b"{\"to\":\"one\"}") };
    let large = Notice::Room { room, rev: None, frame: Bytes::from(vec![b'x'; 100_000]) };
    let sent: Vec<Notice> =
        (1..=500).map(|rev| change(room, rev)).chain([joined, large, person, ended()]).collect();
    publisher.publish(&change(other, 1));
    sent.iter().for_each(|notice| publisher.publish(notice));
    let mut arrived: Vec<Notice> = sent.iter().map(|_| listener.next()).collect();
    // Between topics there is no order.
    arrived.sort_by_key(|notice| sent.iter().position(|one| one == notice));
    assert_eq!(arrived, sent, "all of them, once, and nothing that nobody watches");
}

pub(crate) async fn one_topic_keeps_its_order(pair: Pair) {
    let Pair { publisher, listener } = pair;
    let room = RoomId::new();
    listener.listen_to(room).await;
    (1..=5_000).for_each(|rev| publisher.publish(&change(room, rev)));
    for rev in 1..=5_000 {
        assert_eq!(listener.next(), change(room, rev));
    }
}

pub(crate) async fn the_last_watcher_ends_it(pair: Pair) {
    let Pair { publisher, listener } = pair;
    let room = RoomId::new();
    listener.listen_to(room).await;
    listener.listen_to(room).await;
    listener.bus.unwatch(Topic::Room(room));
    listener.bus.watching().await;
    publisher.publish(&change(room, 1));
    assert_eq!(listener.next(), change(room, 1), "one of two watchers is left");
    listener.bus.unwatch(Topic::Room(room));
    listener.bus.watching().await;
    publisher.publish(&change(room, 2));
    publisher.flush().await;
    let end = ended();
    publisher.publish(&end);
    assert_eq!(listener.next(), end, "nobody watches any more");
}

/// Fails when `watching` returns at once: what is published right after it is then lost.
pub(crate) async fn who_waited_for_watching_misses_nothing(pair: Pair) {
    let Pair { publisher, listener } = pair;
    for _ in 0..300 {
        let room = RoomId::new();
        listener.listen_to(room).await;
        publisher.publish(&change(room, 1));
        assert_eq!(listener.next(), change(room, 1));
    }
}

mod in_process {
    use super::*;

    async fn in_process() -> Pair {
        Pair::alone(Bus::in_process())
    }

    crate::contracts::contract!(bus, in_process:
        arrives_once_and_in_order_where_it_is_watched,
        one_topic_keeps_its_order,
        the_last_watcher_ends_it,
        who_waited_for_watching_misses_nothing,
    );
}
