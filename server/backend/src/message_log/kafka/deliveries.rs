//! What becomes of the entries that were sent to Kafka: the client tells it here, each partition's in
//! its order and none behind another's.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use model::{Logged, Message as Said, Offset, Sent, wire::ServerFrame};
use rdkafka::{
    ClientContext, Message,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    message::DeliveryResult,
    producer::ProducerContext,
};
use tokio::sync::{Notify, oneshot};

use super::reports;
use crate::{
    bus::{Bus, Notice},
    clock::timestamp,
    message_log::{Answer, Entry, Refusal},
};

/// An entry on its way, and who waits for it.
pub(super) struct Awaited {
    pub(super) entry: Entry,
    pub(super) at: DateTime<Utc>,
    pub(super) base: i64,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// Answers the senders, shows each room what is durable, and knows whether Kafka answers.
pub(super) struct Deliveries {
    bus: Bus,
    away: AtomicBool,
    lost: Notify,
    under_way: AtomicUsize,
}

/// The client's context.
pub(super) struct Told(pub(super) Arc<Deliveries>);

impl Deliveries {
    pub(super) fn new(bus: Bus) -> Self {
        Self { bus, away: AtomicBool::new(false), lost: Notify::new(), under_way: AtomicUsize::new(0) }
    }

    pub(super) fn are_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Waits until Kafka is found not to answer.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }

    pub(super) fn note(&self, away: bool) {
        metrics::gauge!("rapport_kafka_up").set(if away { 0.0 } else { 1.0 });
        if self.away.swap(away, Ordering::Relaxed) == away {
            return;
        }
        if away {
            tracing::warn!("Kafka does not answer; messages are refused until it does");
            self.lost.notify_one();
        } else {
            tracing::info!("Kafka answers again");
        }
    }

    /// An entry is about to be sent.
    pub(super) fn begin(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    /// What became of it is known.
    pub(super) fn end(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether nothing is on its way.
    pub(super) fn are_idle(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) == 0
    }

    /// An entry is durable: now, and not before, everybody in the room may see it.
    fn logged(&self, awaited: Awaited, offset: i64) {
        let Awaited { entry, at, base, answer } = awaited;
        metrics::counter!("rapport_accepted_total").increment(1);
        let (room, id, at, log) = (entry.room, entry.id, timestamp(at), Offset(base + offset));
        let body = entry.body.into_string();
        let message = Said::new(id, entry.sender, at, body);
        let frame = Bytes::from(ServerFrame::Live { room, log, message }.encode());
        self.bus.publish(&Notice::Room { room, rev: None, frame });
        // Nobody waits any more: it stands all the same.
        let _ = answer.send(Ok(Sent::Logged(Logged { room, id, log, at })));
    }

    /// It may be in the log all the same: the same id may be sent again.
    pub(super) fn refused(&self, entry: &Entry, error: &KafkaError) -> Refusal {
        metrics::counter!("rapport_unavailable_total").increment(1);
        match error.rdkafka_error_code() {
            // It was behind one that was refused.
            Some(RDKafkaErrorCode::PurgeQueue) => {}
            _ => {
                tracing::warn!(%error, id = %entry.id, "an entry was not logged");
                self.note(true);
            }
        }
        Refusal::Unavailable
    }
}

impl ProducerContext for Told {
    type DeliveryOpaque = Box<Awaited>;

    fn delivery(&self, result: &DeliveryResult<'_>, awaited: Box<Awaited>) {
        self.0.end();
        match result {
            Ok(message) => self.0.logged(*awaited, message.offset()),
            Err((error, _)) => {
                let refusal = self.0.refused(&awaited.entry, error);
                let _ = awaited.answer.send(Err(refusal));
            }
        }
    }
}

impl ClientContext for Told {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        reports::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.0.note(true);
        }
        reports::error(&error, reason);
    }
}
