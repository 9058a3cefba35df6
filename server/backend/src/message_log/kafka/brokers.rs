//! Whether Kafka answers: so that senders are told at once while it does not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rdkafka::{
    ClientContext,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{FutureProducer, Producer},
};

/// Between two questions while it is away.
const AGAIN: Duration = Duration::from_millis(250);
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of the brokers. Shared with the client, which notices first.
#[derive(Clone, Default)]
pub(super) struct Brokers(Arc<AtomicBool>);

impl Brokers {
    pub(super) fn are_away(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self, away: bool) {
        if self.0.swap(away, Ordering::Relaxed) != away {
            match away {
                true => tracing::warn!("Kafka does not answer; messages are refused until it does"),
                false => tracing::info!("Kafka answers again"),
            }
            metrics::gauge!("rapport_kafka_up").set(if away { 0.0 } else { 1.0 });
        }
    }

    /// An entry was not taken in time.
    pub(super) fn lost(&self) {
        self.note(true);
    }

    /// Asks until they answer, whenever they were lost; ends with the producer.
    pub(super) async fn watch(self, producer: std::sync::Weak<FutureProducer<Self>>, topic: String) {
        let mut again = tokio::time::interval(AGAIN);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            again.tick().await;
            let Some(producer) = producer.upgrade() else { return };
            if !self.are_away() {
                continue;
            }
            let topic = topic.clone();
            let asked = move || producer.client().fetch_metadata(Some(&topic), PATIENCE);
            if let Ok(Ok(found)) = tokio::task::spawn_blocking(asked).await {
                let led = |topic: &rdkafka::metadata::MetadataTopic| {
                    !topic.partitions().is_empty() && topic.partitions().iter().all(|one| one.leader() >= 0)
                };
                if found.topics().iter().all(led) {
                    self.note(false);
                }
            }
        }
    }
}

impl ClientContext for Brokers {
    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.note(true);
        }
        tracing::debug!(%error, reason, "Kafka's client reports an error");
    }
}
