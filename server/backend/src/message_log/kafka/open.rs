//! Opens the log once Kafka answers, is the one that is meant and has the topic; closes it when Kafka
//! is found not to answer, so that senders are told at once.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use rdkafka::{ClientConfig, metadata::Metadata, producer::Producer as _};

use super::{
    Settings,
    deliveries::{Deliveries, Told},
    logs::Logs,
    state::{Open, Producer, State},
    topics,
};
use crate::database::Pool;

/// How long Kafka may take for an entry before its sender is told to try again.
const ENTRY_MS: &str = "5000";
/// Between two questions while it is away.
const AGAIN: Duration = Duration::from_millis(250);
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two words in the log about what is not as it should be.
const SAID_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Opener {
    settings: Settings,
    config: ClientConfig,
    deliveries: Arc<Deliveries>,
    logs: Logs,
    producer: Arc<Producer>,
}

/// Opens `kafka` whenever it is not open; ends with it.
pub(super) async fn keep_open(kafka: Weak<State>, mut opener: Opener) {
    let deliveries = opener.deliveries.clone();
    let mut again = tokio::time::interval(AGAIN);
    again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut said: Option<Instant> = None;
    loop {
        tokio::select! {
            _ = again.tick() => {}
            () = deliveries.lost() => {}
        }
        let Some(kafka) = kafka.upgrade() else { return };
        if deliveries.are_away() {
            kafka.close();
        } else if kafka.is_open() {
            continue;
        }
        match opener.open().await {
            Ok(open) => {
                kafka.open(open);
                said = None;
            }
            Err(error) => {
                deliveries.note(true);
                if said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
                    said = Some(Instant::now());
                    tracing::warn!(error = format!("{error:#}"), "messages cannot be logged");
                }
            }
        }
    }
}

impl Opener {
    /// # Errors
    /// The settings mean nothing to Kafka's client.
    pub(super) fn new(settings: &Settings, db: Pool, deliveries: Arc<Deliveries>) -> anyhow::Result<Self> {
        let mut config = settings.client();
        config
            // On every in-sync replica, once and in order whatever is sent again underneath.
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("message.timeout.ms", ENTRY_MS)
            .set("linger.ms", "0");
        let producer = Arc::new(config.create_with_context(Told(deliveries.clone()))?);
        let logs = Logs::new(db, settings.topic.clone());
        Ok(Self { settings: settings.clone(), config, deliveries, logs, producer })
    }

    async fn open(&mut self) -> anyhow::Result<Open> {
        // A broker that lost what it had acknowledged makes the client give up for good.
        if let Some((_, reason)) = self.producer.client().fatal_error() {
            tracing::error!(reason, "Kafka's client gave up; going on with a new one");
            self.producer = Arc::new(self.config.create_with_context(Told(self.deliveries.clone()))?);
        }
        let asked = self.producer.clone();
        // All topics: asking for one by name could make it.
        let ask = move || {
            let metadata = asked.client().fetch_metadata(None, PATIENCE)?;
            Ok::<_, anyhow::Error>((metadata, asked.client().fetch_cluster_id(PATIENCE)))
        };
        let (metadata, cluster) = tokio::task::spawn_blocking(ask).await??;
        self.check(&metadata)?;
        let cluster = cluster.context("which Kafka this is cannot be told yet")?;
        let base = self.logs.of(&cluster).await?.base;
        Ok(Open { producer: self.producer.clone(), base })
    }

    fn check(&self, metadata: &Metadata) -> anyhow::Result<()> {
        let name = &self.settings.topic;
        let topic = metadata.topics().iter().find(|topic| topic.name() == name);
        let partitions = topic.map_or(&[][..], |topic| topic.partitions());
        topics::check(&self.settings, partitions.len())?;
        let led = partitions.iter().all(|partition| partition.leader() >= 0);
        ensure!(led, "a partition of {name} has no broker that leads it");
        Ok(())
    }
}
