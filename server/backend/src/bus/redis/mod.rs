//! The bus of nodes that share a Redis: a channel for each topic, subscribed to only while somebody on
//! this node watches it.
//!
//! One task publishes, another listens; each has a connection of its own, so that a flood in one
//! direction does not hold up the other. Local listeners get a notice straight from its publisher, and
//! the echo that comes back is recognised by this node's number and dropped.

mod channel;
mod publisher;
mod subscriber;
mod watched;
mod wire;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

use super::{Gap, Notice, Sink, Topic};
use crate::redis::{Link, Settings};
use publisher::Publication;
use subscriber::Hearing;
use watched::Watched;
use wire::{Heard, NodeId};

/// Notices that may wait to be published: some tenths of a second's worth of more than anybody has.
const WAITING: usize = 16_384;
/// How long somebody waits for the bus before going on without it.
const PATIENCE: Duration = Duration::from_secs(1);
/// The first pause after a lost connection.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub(super) struct Redis(Arc<Node>);

struct Node {
    id: NodeId,
    settings: Settings,
    publications: mpsc::Sender<Publication>,
    dropped: publisher::Dropped,
    /// The publisher's connection.
    link: Link,
    watched: Watched,
    ears: OnceLock<Ears>,
    hearing: watch::Sender<Hearing>,
    /// Somebody went on before what was asked for was subscribed to.
    unheard: AtomicBool,
}

/// Who takes what this node hears.
struct Ears {
    sink: Sink,
    gap: Gap,
}

impl Redis {
    pub(super) fn start(settings: Settings) -> Self {
        let (publications, queue) = mpsc::channel(WAITING);
        let node = Arc::new(Node {
            id: NodeId::random(),
            link: Link::open_with_pause(settings.clone(), PAUSE),
            settings,
            publications,
            dropped: publisher::Dropped::default(),
            watched: Watched::default(),
            ears: OnceLock::new(),
            hearing: watch::Sender::new(Hearing::default()),
            unheard: AtomicBool::new(false),
        });
        tokio::spawn(publisher::run(node.id, node.link.clone(), node.dropped.clone(), queue));
        Self(node)
    }

    pub(super) fn attach(&self, sink: Sink, gap: Gap) {
        let first = self.0.ears.set(Ears { sink, gap }).is_ok();
        debug_assert!(first, "a node has one sink");
        if first {
            self.watch(Topic::Sessions);
            tokio::spawn(subscriber::run(self.0.clone()));
        }
    }

    pub(super) fn watch(&self, topic: Topic) {
        self.0.watched.add(topic);
    }

    pub(super) fn unwatch(&self, topic: Topic) {
        self.0.watched.remove(topic);
    }

    pub(super) async fn watching(&self) {
        if self.0.ears.get().is_none() {
            return;
        }
        let asked = self.0.watched.asked();
        let mut hearing = self.0.hearing.subscribe();
        if timeout(PATIENCE, hearing.wait_for(|hearing| hearing.settles(asked))).await.is_err() {
            // The caller goes on, and what it may miss is told once it is heard.
            self.0.unheard.store(true, Ordering::Release);
        }
    }

    pub(super) fn publish(&self, notice: &Notice) {
        self.0.deliver(notice);
        // Cloned, not encoded: that is the publishing task's work.
        if self.0.publications.try_send(Publication::Notice(notice.clone())).is_err() {
            self.0.dropped.count(1, "full");
        }
    }

    pub(super) fn tell_gap(&self) {
        self.0.dropped.count(0, "before the start");
    }

    pub(super) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        let flush = async {
            if self.0.publications.send(Publication::Flush(done)).await.is_ok() {
                let _ = flushed.await;
            }
        };
        let _ = timeout(PATIENCE, flush).await;
    }

    pub(super) fn is_connected(&self) -> bool {
        let hears = self.0.ears.get().is_none() || self.0.hearing.borrow().is_up();
        hears && self.0.link.is_connected()
    }
}

impl Node {
    /// Hands a notice to this node's listeners.
    fn deliver(&self, notice: &Notice) {
        let Some(ears) = self.ears.get() else { return };
        if self.watched.contains(notice.topic()) {
            (ears.sink)(notice);
        }
    }

    /// A payload of a channel has arrived.
    fn hear(&self, payload: Vec<u8>) {
        match wire::decode(self.id, payload) {
            Ok(Heard::Notice(notice)) => {
                metrics::counter!("rapport_bus_received_total").increment(1);
                self.deliver(&notice);
            }
            Ok(Heard::Gap) => self.tell_gap(),
            Ok(Heard::Own) => {}
            Err(wire::Unreadable) => metrics::counter!("rapport_bus_unreadable_total").increment(1),
        }
    }

    fn tell_gap(&self) {
        metrics::counter!("rapport_bus_gaps_total").increment(1);
        if let Some(ears) = self.ears.get() {
            (ears.gap)();
        }
    }
}
