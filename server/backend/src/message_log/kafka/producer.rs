//! Appending to the topic, and showing live what is durable.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use model::{Logged, Message, Offset, Rev, RoomId, Sent, Seq, UserId, wire::ServerFrame};
use rdkafka::{
    error::KafkaError,
    producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer},
};

use super::{Settings, brokers::Brokers, record};
use crate::{
    bus::{Bus, Notice},
    clock::{Clock, timestamp},
    message_log::{Answer, Entry, Refusal},
    rooms::Membership,
};

/// How long Kafka may take for an entry before its sender is told to try again.
const PATIENCE: &str = "5000";
/// How long what is on its way may take when the process ends.
const FLUSH: Duration = Duration::from_secs(8);

pub(in crate::message_log) struct Kafka {
    producer: Arc<FutureProducer<Brokers>>,
    brokers: Brokers,
    topic: String,
    members: Membership,
    bus: Bus,
    clock: Clock,
}

impl Kafka {
    /// # Errors
    /// The settings mean nothing to Kafka's client. Whether a broker answers shows later.
    pub(in crate::message_log) fn start(
        settings: &Settings,
        members: Membership,
        bus: Bus,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let brokers = Brokers::default();
        let producer: FutureProducer<Brokers> = settings
            .client()
            // On every in-sync replica, once and in order whatever is sent again underneath.
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("message.timeout.ms", PATIENCE)
            .set("linger.ms", "0")
            .create_with_context(brokers.clone())?;
        let producer = Arc::new(producer);
        tokio::spawn(brokers.clone().watch(Arc::downgrade(&producer), settings.topic.clone()));
        Ok(Self { producer, brokers, topic: settings.topic.clone(), members, bus, clock })
    }

    /// Whether entries are refused anyway.
    pub(in crate::message_log) fn is_away(&self) -> bool {
        self.brokers.are_away()
    }

    /// Logs the entries of members, in their order, and shows each room its own.
    pub(in crate::message_log) async fn log(&self, entries: Vec<Entry>) -> Vec<Answer> {
        if self.is_away() {
            return vec![Err(Refusal::Unavailable); entries.len()];
        }
        let pairs: Vec<(RoomId, UserId)> = entries.iter().map(|entry| (entry.room, entry.sender)).collect();
        let members = match self.members.are_members(&pairs).await {
            Ok(members) => members,
            Err(error) => {
                tracing::warn!(%error, "whether senders are members cannot be told");
                return vec![Err(Refusal::Unavailable); entries.len()];
            }
        };
        let at = self.clock.now();
        // All of them at once, so that they travel together; their order is that of the calls.
        let sent: Vec<Result<DeliveryFuture, Refusal>> = entries
            .iter()
            .zip(members)
            .map(|(entry, member)| if member { self.send(entry, at) } else { Err(Refusal::NotMember) })
            .collect();
        let mut answers = Vec::with_capacity(entries.len());
        for (entry, sent) in entries.iter().zip(sent) {
            let answer = match sent {
                Ok(delivery) => self.delivered(entry, at, delivery).await,
                Err(refusal) => Err(refusal),
            };
            answers.push(answer);
        }
        answers
    }

    fn send(&self, entry: &Entry, at: DateTime<Utc>) -> Result<DeliveryFuture, Refusal> {
        let (key, payload) = (record::key(entry.room), record::write(entry, at));
        let record = FutureRecord::to(&self.topic).key(&key).payload(&payload);
        self.producer.send_result(record).map_err(|(error, _)| self.refused(entry, &error))
    }

    /// Waits until an entry is durable; then, and not before, everybody in the room may see it.
    async fn delivered(&self, entry: &Entry, at: DateTime<Utc>, delivery: DeliveryFuture) -> Answer {
        let log = match delivery.await {
            Ok(Ok(delivery)) => Offset(delivery.offset),
            Ok(Err((error, _))) => return Err(self.refused(entry, &error)),
            // The producer is gone, and with it the process.
            Err(_) => return Err(Refusal::Unavailable),
        };
        metrics::counter!("rapport_accepted_total").increment(1);
        let (room, id, at) = (entry.room, entry.id, timestamp(at));
        let body = entry.body.as_str().to_owned();
        let message = Message { id, seq: Seq::ZERO, rev: Rev::ZERO, sender: entry.sender, at, body };
        let frame = Bytes::from(ServerFrame::Live { room, log, message }.encode());
        self.bus.publish(&Notice::Room { room, rev: None, frame });
        Ok(Sent::Logged(Logged { room, id, log, at }))
    }

    /// It may be in the log all the same: the same id may be sent again.
    fn refused(&self, entry: &Entry, error: &KafkaError) -> Refusal {
        tracing::warn!(%error, id = %entry.id, "an entry was not logged");
        metrics::counter!("rapport_unavailable_total").increment(1);
        self.brokers.lost();
        Refusal::Unavailable
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        // Everything answered has left; this is for what nobody waits for any more.
        if self.producer.in_flight_count() > 0 {
            let _ = self.producer.flush(FLUSH);
        }
    }
}
