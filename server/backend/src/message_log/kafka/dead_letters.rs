//! Entries that can never be stored, each with its reason, in a topic of their own: by key the latest,
//! so that one that was retried or dropped is gone.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, ensure};
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{Header, Headers, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};

use super::{Settings, reports::Reports};

const PATIENCE: Duration = Duration::from_secs(10);
/// How long Kafka may take for one. A transaction waits for it, so less than the database waits for that.
const TAKEN_MS: &str = "4000";
const REASON: &str = "reason";

/// An entry that was not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// `partition-offset` of where it lay in the log.
    pub place: String,
    pub reason: String,
    pub payload: Vec<u8>,
}

/// The topic of dead letters.
pub struct DeadLetters {
    settings: Settings,
    producer: FutureProducer<Reports>,
}

impl DeadLetters {
    /// # Errors
    /// The settings mean nothing to Kafka's client.
    pub fn at(settings: &Settings) -> anyhow::Result<Self> {
        let mut client = settings.client();
        // Twice is as good as once: they are kept by place.
        client.set("acks", "all").set("linger.ms", "0").set("message.timeout.ms", TAKEN_MS);
        let producer = client.create_with_context(Reports)?;
        Ok(Self { settings: settings.clone(), producer })
    }

    /// Keeps an entry with its reason; durable when this answers. The same place again replaces it.
    ///
    /// # Errors
    /// Kafka did not take it.
    pub async fn bury(&self, letter: &DeadLetter) -> anyhow::Result<()> {
        let reason = OwnedHeaders::new().insert(Header { key: REASON, value: Some(&letter.reason) });
        let topic = self.settings.dead_topic();
        let record = FutureRecord::to(&topic).key(&letter.place).payload(&letter.payload).headers(reason);
        self.producer.send(record, PATIENCE).await.map_err(|(error, _)| error)?;
        metrics::counter!("rapport_dead_letters_total").increment(1);
        tracing::error!(place = letter.place, reason = letter.reason, "an entry cannot be stored");
        Ok(())
    }

    /// Those that are there, the oldest first.
    ///
    /// # Errors
    /// Kafka does not answer.
    pub async fn list(&self) -> anyhow::Result<Vec<DeadLetter>> {
        let settings = self.settings.clone();
        tokio::task::spawn_blocking(move || read_all(&settings)).await?
    }

    /// Logs an entry once more, as if it were new, and takes it from here.
    ///
    /// # Errors
    /// There is none at this place, or Kafka does not answer.
    pub async fn retry(&self, place: &str) -> anyhow::Result<()> {
        let letter = self.find(place).await?;
        // To the partition of its room, if it has one that can be read.
        let room = super::record::read(&letter.payload).ok().map(|(entry, _)| super::record::key(entry.room));
        let mut record = FutureRecord::to(&self.settings.topic).payload(&letter.payload);
        if let Some(room) = &room {
            record = record.key(&room[..]);
        }
        self.producer.send(record, PATIENCE).await.map_err(|(error, _)| error)?;
        self.remove(place).await
    }

    /// Takes an entry away for good.
    ///
    /// # Errors
    /// There is none at this place, or Kafka does not answer.
    pub async fn drop_letter(&self, place: &str) -> anyhow::Result<()> {
        self.find(place).await?;
        self.remove(place).await
    }

    async fn find(&self, place: &str) -> anyhow::Result<DeadLetter> {
        let mut letters = self.list().await?.into_iter();
        letters
            .find(|letter| letter.place == place)
            .with_context(|| format!("there is no dead letter {place}"))
    }

    async fn remove(&self, place: &str) -> anyhow::Result<()> {
        let topic = self.settings.dead_topic();
        let record = FutureRecord::<str, [u8]>::to(&topic).key(place);
        self.producer.send(record, PATIENCE).await.map_err(|(error, _)| error)?;
        Ok(())
    }
}

/// Reads the topic from its beginning to its present end.
fn read_all(settings: &Settings) -> anyhow::Result<Vec<DeadLetter>> {
    let topic = settings.dead_topic();
    let consumer: BaseConsumer = settings
        .client()
        // Named because one must be; it keeps no offsets.
        .set("group.id", "rapport-dead-letters")
        .set("enable.auto.commit", "false")
        .create()?;
    let (first, end) = consumer
        .fetch_watermarks(&topic, 0, PATIENCE)
        .with_context(|| format!("Kafka at {} does not answer", settings.brokers))?;
    let mut found: BTreeMap<String, (i64, DeadLetter)> = BTreeMap::new();
    let mut next = first;
    let mut places = TopicPartitionList::new();
    places.add_partition_offset(&topic, 0, Offset::Offset(first))?;
    consumer.assign(&places)?;
    let deadline = std::time::Instant::now() + PATIENCE;
    while next < end {
        ensure!(std::time::Instant::now() < deadline, "the dead letters cannot be read to their end");
        let Some(message) = consumer.poll(Duration::from_millis(100)) else {
            // Where the newest were compacted away, the end is never seen.
            next = position(&consumer).unwrap_or(next);
            continue;
        };
        let message = message?;
        next = message.offset() + 1;
        let Some(place) = message.key().map(|key| String::from_utf8_lossy(key).into_owned()) else {
            continue;
        };
        let Some(payload) = message.payload() else {
            found.remove(&place);
            continue;
        };
        let letter = DeadLetter { place: place.clone(), reason: reason(&message), payload: payload.to_vec() };
        found.insert(place, (message.offset(), letter));
    }
    let mut letters: Vec<(i64, DeadLetter)> = found.into_values().collect();
    letters.sort_by_key(|(offset, _)| *offset);
    Ok(letters.into_iter().map(|(_, letter)| letter).collect())
}

fn position(consumer: &BaseConsumer) -> Option<i64> {
    let positions = consumer.position().ok()?;
    positions.elements().first()?.offset().to_raw()
}

fn reason(message: &impl Message) -> String {
    let headers = message.headers();
    let reason = headers.and_then(|headers| headers.iter().find(|header| header.key == REASON)?.value);
    reason.map(|reason| String::from_utf8_lossy(reason).into_owned()).unwrap_or_default()
}
