//! Appending to the topic.

use std::{future::ready, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use model::{RoomId, UserId};
use rdkafka::producer::{BaseRecord, Producer as _};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use super::{
    Settings,
    deliveries::{Awaited, Deliveries},
    open::{Opener, keep_open},
    record,
    state::{Open, State},
};
use crate::{
    bus::Bus,
    clock::Clock,
    database::Pool,
    membership::MembershipCache,
    message_log::{Entry, Outcome, Refusal, refused},
};

/// How long what is on its way may take when the process ends.
const FLUSH: Duration = Duration::from_secs(8);
/// How long the first entries of a process wait until Kafka is known to answer.
const OPENING: Duration = Duration::from_secs(5);

pub(in crate::message_log) struct Kafka {
    topic: String,
    /// The task that opens it ends with it.
    state: Arc<State>,
    deliveries: Arc<Deliveries>,
    members: MembershipCache,
    clock: Clock,
}

impl Kafka {
    /// # Errors
    /// The settings mean nothing to Kafka's client. Whether a broker answers shows later.
    pub(in crate::message_log) fn start(
        settings: &Settings,
        db: Pool,
        members: MembershipCache,
        bus: Bus,
        clock: Clock,
    ) -> anyhow::Result<Arc<Self>> {
        let deliveries = Arc::new(Deliveries::new(bus));
        let opener = Opener::new(settings, db, deliveries.clone())?;
        let (state, topic) = (Arc::new(State::new(deliveries.clone())), settings.topic.clone());
        tokio::spawn(keep_open(Arc::downgrade(&state), opener));
        Ok(Arc::new(Self { topic, state, deliveries, members, clock }))
    }

    /// Whether entries are refused anyway.
    pub(in crate::message_log) fn is_away(&self) -> bool {
        self.deliveries.are_away()
    }

    /// Whether nothing is on its way.
    pub(in crate::message_log) fn is_idle(&self) -> bool {
        self.deliveries.are_idle()
    }

    /// Logs the entries of members, in their order. Done when they have their places in the order: what
    /// comes next need not wait until these are durable.
    pub(in crate::message_log) async fn log(&self, entries: Vec<Entry>) -> Vec<Outcome> {
        let refuse = |entries: &[Entry]| entries.iter().map(|_| refused(Refusal::Unavailable)).collect();
        let mut watched = self.state.watch();
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
        let Some(open) = self.state.take() else { return };
        // Everything answered has left; this is for what nobody waits for any more.
        if open.producer.in_flight_count() > 0 {
            let _ = open.producer.flush(FLUSH);
        }
    }
}
