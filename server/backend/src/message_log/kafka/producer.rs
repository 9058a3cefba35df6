//! Appending to the topic.

use std::{future::ready, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use model::{RoomId, UserId};
use rdkafka::producer::{BaseRecord, Producer as _, PurgeConfig, ThreadedProducer};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use super::{
    Settings,
    deliveries::{Awaited, Deliveries, Told},
    open::{Opener, keep_open},
    record,
};
use crate::{
    bus::Bus,
    clock::Clock,
    database::Pool,
    message_log::{Entry, Outcome, Refusal, refused},
    rooms::Membership,
};

/// How long what is on its way may take when the process ends.
const FLUSH: Duration = Duration::from_secs(8);
/// How long the first entries of a process wait until Kafka is known to answer.
const OPENING: Duration = Duration::from_secs(5);

pub(super) type Producer = ThreadedProducer<Told>;

pub(in crate::message_log) struct Kafka {
    topic: String,
    /// `None` until Kafka has been found to answer, and again while it is away.
    open: watch::Sender<Option<Open>>,
    deliveries: Arc<Deliveries>,
    members: Membership,
    clock: Clock,
}

/// A Kafka that takes entries.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) producer: Arc<Producer>,
    /// What Kafka's offsets are counted from: see [`super::logs`].
    pub(super) base: i64,
}

impl Kafka {
    /// # Errors
    /// The settings mean nothing to Kafka's client. Whether a broker answers shows later.
    pub(in crate::message_log) fn start(
        settings: &Settings,
        db: Pool,
        members: Membership,
        bus: Bus,
        clock: Clock,
    ) -> anyhow::Result<Arc<Self>> {
        let deliveries = Arc::new(Deliveries::new(bus));
        let opener = Opener::new(settings, db, deliveries.clone())?;
        let (open, topic) = (watch::Sender::new(None), settings.topic.clone());
        let kafka = Arc::new(Self { topic, open, deliveries, members, clock });
        tokio::spawn(keep_open(Arc::downgrade(&kafka), opener));
        Ok(kafka)
    }

    /// Whether entries are refused anyway.
    pub(in crate::message_log) fn is_away(&self) -> bool {
        self.deliveries.are_away()
    }

    /// Whether nothing is on its way.
    pub(in crate::message_log) fn is_idle(&self) -> bool {
        self.deliveries.are_idle()
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
        if let Some(open) = self.open.send_replace(None) {
            open.producer.purge(PurgeConfig::default().queue().non_blocking());
        }
    }

    /// Logs the entries of members, in their order. Done when they have their places in the order: what
    /// comes next need not wait until these are durable.
    pub(in crate::message_log) async fn log(&self, entries: Vec<Entry>) -> Vec<Outcome> {
        let refuse = |entries: &[Entry]| entries.iter().map(|_| refused(Refusal::Unavailable)).collect();
        let mut watched = self.open.subscribe();
        let Some(open) = self.opened(&mut watched).await else { return refuse(&entries) };
        let pairs: Vec<(RoomId, UserId)> = entries.iter().map(|entry| (entry.room, entry.sender)).collect();
        let members = self.members.are_members(&pairs).await;
        // Closed meanwhile: what was refused then must not be overtaken by what came after it.
        if self.is_away() || watched.has_changed().unwrap_or(true) {
            return refuse(&entries);
        }
        let at = self.clock.now();
        // All of them at once, so that they travel together; their order is that of the calls.
        let send = |(entry, member)| match member {
            Some(true) => self.send(&open, entry, at),
            Some(false) => refused(Refusal::NotMember),
            // The database is away, and the cache does not know.
            None => refused(Refusal::Unavailable),
        };
        entries.into_iter().zip(members).map(send).collect()
    }

    async fn opened(&self, open: &mut watch::Receiver<Option<Open>>) -> Option<Open> {
        if self.is_away() {
            return None;
        }
        let opened = timeout(OPENING, open.wait_for(|open| open.is_some())).await;
        opened.ok()?.ok()?.clone()
    }

    fn send(&self, open: &Open, entry: Entry, at: DateTime<Utc>) -> Outcome {
        let (key, payload) = (record::key(entry.room), record::write(&entry, at));
        let (answer, outcome) = oneshot::channel();
        let awaited = Box::new(Awaited { entry, at, base: open.base, answer });
        let record = BaseRecord::with_opaque_to(&self.topic, awaited).key(&key).payload(&payload);
        self.deliveries.begin();
        match open.producer.send(record) {
            Ok(()) => outcome.map(|answer| answer.unwrap_or(Err(Refusal::Unavailable))).boxed(),
            Err((error, record)) => {
                self.deliveries.end();
                ready(Err(self.deliveries.refused(&record.delivery_opaque.entry, &error))).boxed()
            }
        }
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        let Some(open) = self.open.send_replace(None) else { return };
        // Everything answered has left; this is for what nobody waits for any more.
        if open.producer.in_flight_count() > 0 {
            let _ = open.producer.flush(FLUSH);
        }
    }
}
