//! Whether Kafka takes entries now, and by which producer.

use std::sync::Arc;

use rdkafka::producer::{Producer as _, PurgeConfig, ThreadedProducer};
use tokio::sync::watch;

use super::deliveries::{Deliveries, Told};

pub(super) type Producer = ThreadedProducer<Told>;

pub(super) struct State {
    /// `None` until Kafka has been found to answer, and again while it is away.
    open: watch::Sender<Option<Open>>,
    deliveries: Arc<Deliveries>,
}

/// A Kafka that takes entries.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) producer: Arc<Producer>,
    /// What Kafka's offsets are counted from: see [`super::logs`].
    pub(super) base: i64,
}

impl State {
    pub(super) fn new(deliveries: Arc<Deliveries>) -> Self {
        Self { open: watch::Sender::new(None), deliveries }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Option<Open>> {
        self.open.subscribe()
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.borrow().is_some()
    }

    pub(super) fn open(&self, open: Open) {
        self.open.send_replace(Some(open));
        self.deliveries.note(false);
    }

    /// Takes no more entries, and lets those go that have not left: one behind an entry that was
    /// refused may be by the same sender, and must not overtake it.
    pub(super) fn close(&self) {
        if let Some(open) = self.take() {
            open.producer.purge(PurgeConfig::default().queue().non_blocking());
        }
    }

    /// Closes it, and leaves what is on its way to the caller.
    pub(super) fn take(&self) -> Option<Open> {
        self.open.send_replace(None)
    }
}
