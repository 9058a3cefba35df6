//! Reading the log as a member of a group: Kafka shares the partitions out, PostgreSQL says where in
//! them to go on.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

use anyhow::Context;
use model::Offset;
use rdkafka::{
    ClientContext, Message, Offset as Place, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext},
    error::KafkaError,
    types::RDKafkaRespErr,
};
use tokio::runtime::Handle;

use super::{
    super::{Settings, reports},
    batch::Batch,
    notices::SharedNotices,
    offsets::Offsets,
};

/// Most rows of a batch.
const ROWS: usize = 5_000;
/// How long an idle reader waits before it looks up.
const LOOK: Duration = Duration::from_millis(100);
/// How long Kafka may take to answer a question.
const PATIENCE: Duration = Duration::from_secs(5);
/// A reader not heard for so long is taken for dead, and another one gets its partitions: the least that
/// a broker allows unless told otherwise, since the messages of a dead one wait so long for their numbers.
const SESSION_MS: &str = "6000";
/// Storing may have to wait for PostgreSQL, and the reader is polled meanwhile.
const POLL_MS: &str = "300000";
/// Between two looks at how much is still to be stored.
const LAG: Duration = Duration::from_secs(2);

pub(super) struct Reader {
    consumer: BaseConsumer<Member>,
    topic: String,
    looked_at: Mutex<Instant>,
}

/// This reader's share, kept up by Kafka's callbacks while it is polled.
struct Member {
    topic: String,
    offsets: Offsets,
    notices: SharedNotices,
    runtime: Handle,
    share: Mutex<Share>,
}

#[derive(Default)]
struct Share {
    partitions: BTreeSet<i32>,
    /// Taken over since somebody last asked.
    new: Vec<i32>,
    /// How many shares there were before this one.
    number: u64,
}

impl Reader {
    pub(super) fn subscribe(
        settings: &Settings,
        offsets: Offsets,
        notices: SharedNotices,
        runtime: Handle,
    ) -> anyhow::Result<Self> {
        let topic = settings.topic.clone();
        let member = Member { topic: topic.clone(), offsets, notices, runtime, share: Mutex::default() };
        let consumer: BaseConsumer<Member> = settings
            .client()
            .set("group.id", &settings.group)
            // PostgreSQL says where; Kafka's own note is for tools that look at the group.
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("session.timeout.ms", SESSION_MS)
            .set("heartbeat.interval.ms", "1000")
            .set("max.poll.interval.ms", POLL_MS)
            .set("fetch.wait.max.ms", "50")
            .set("queued.max.messages.kbytes", "32768")
            .create_with_context(member)?;
        consumer.subscribe(&[&topic])?;
        Ok(Self { consumer, topic, looked_at: Mutex::new(Instant::now()) })
    }

    /// What has come, and what comes until `until`: whatever is there first, up to [`ROWS`]. Where
    /// nothing comes, not longer than until `else_until`.
    pub(super) fn gather(&self, until: Instant, else_until: Option<Instant>) -> Batch {
        let left = |until: Instant| until.saturating_duration_since(Instant::now());
        self.look_at_lag();
        let share = || self.member().share().number;
        let mut batch = Batch::of(share());
        while batch.len() < ROWS {
            let wait = match batch.is_empty() {
                true => else_until.map_or(LOOK, left).min(LOOK),
                false => left(until),
            };
            let polled = self.consumer.poll(wait);
            if batch.share != share() {
                batch = Batch::of(share());
            }
            match polled {
                Some(Ok(message)) => {
                    batch.push(message.partition(), message.offset(), message.payload().unwrap_or_default());
                }
                Some(Err(error)) => {
                    tracing::debug!(%error, "Kafka's client reports an error");
                    break;
                }
                None => break,
            }
        }
        batch
    }

    /// Makes sure that it is known which log this is, without which nothing can be stored.
    ///
    /// # Errors
    /// No broker answers.
    pub(super) fn identify(&self) -> anyhow::Result<()> {
        match self.member().offsets.is_identified() {
            true => Ok(()),
            false => self.member().identify(&self.consumer),
        }
    }

    /// Whether the share is the one under which a batch was read. Each begins where PostgreSQL says.
    pub(super) fn holds(&self, batch: &Batch) -> bool {
        batch.share == self.member().share().number
    }

    /// The partitions taken over since this was last asked.
    pub(super) fn newly_assigned(&self) -> Vec<i32> {
        std::mem::take(&mut self.member().share().new)
    }

    /// Those were not dealt with.
    pub(super) fn greet_again(&self, partitions: Vec<i32>) {
        self.member().share().new.extend(partitions);
    }

    /// Reads nothing for a while, and stays in the group.
    pub(super) fn idle(&self, time: Duration) {
        let share = self.consumer.assignment().unwrap_or_default();
        let paused = self.consumer.pause(&share).is_ok();
        let until = Instant::now() + time;
        while Instant::now() < until {
            if let Some(Ok(message)) = self.consumer.poll(until.saturating_duration_since(Instant::now())) {
                // Read before the pause, and not to be lost.
                self.seek(message.partition(), Offset(message.offset())).ok();
            }
        }
        if paused {
            // Not those that went to somebody else meanwhile.
            let share = self.consumer.assignment().unwrap_or_default();
            let _ = self.consumer.resume(&share);
        }
        self.look_at_lag();
    }

    /// Goes back, or forward, to where PostgreSQL says.
    pub(super) fn seek_to_stored(&self) -> anyhow::Result<()> {
        let member = self.member();
        let share: Vec<i32> = member.share().partitions.iter().copied().collect();
        for (partition, place) in member.places(&self.consumer, &share)? {
            self.seek(partition, place)?;
        }
        Ok(())
    }

    fn seek(&self, partition: i32, place: Offset) -> anyhow::Result<()> {
        let place = Place::Offset(place.0);
        self.consumer.seek(&self.topic, partition, place, PATIENCE).context("going to a place of the log")
    }

    /// Leaves Kafka a note, for those who look at the group with Kafka's tools.
    pub(super) fn commit(&self, batch: &Batch) {
        let mut places = TopicPartitionList::new();
        for (partition, span) in batch.spans() {
            let _ = places.add_partition_offset(&self.topic, partition, Place::Offset(span.next.0));
        }
        let _ = self.consumer.commit(&places, CommitMode::Async);
    }

    /// Gives the partitions back at once, instead of when they are missed. Kafka's client would wait for
    /// a broker that is away for ever, so it is not waited for.
    pub(super) fn leave(self) {
        let (gone, left) = mpsc::channel();
        std::thread::spawn(move || {
            drop(self.consumer);
            let _ = gone.send(());
        });
        if left.recv_timeout(PATIENCE).is_err() {
            tracing::warn!("Kafka does not hear that this process leaves");
        }
    }

    /// Counts what is still to be stored.
    fn look_at_lag(&self) {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if looked_at.elapsed() < LAG {
            return;
        }
        *looked_at = Instant::now();
        let member = self.member();
        let share: Vec<i32> = member.share().partitions.iter().copied().collect();
        let Ok(stored) = member.stored(&share) else { return };
        for partition in share {
            let Ok((_, end)) = self.consumer.fetch_watermarks(&self.topic, partition, PATIENCE) else {
                return;
            };
            let next = stored.get(&partition).map_or(0, |place| place.0);
            note_lag(partition, end - next);
        }
    }

    fn member(&self) -> &Member {
        self.consumer.context()
    }
}

impl Member {
    fn share(&self) -> MutexGuard<'_, Share> {
        // Sets are whole at every moment.
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn identify(&self, consumer: &BaseConsumer<Self>) -> anyhow::Result<()> {
        let cluster = consumer.client().fetch_cluster_id(PATIENCE);
        let cluster = cluster.context("which Kafka this is cannot be told yet")?;
        Ok(self.runtime.block_on(self.offsets.identify(&cluster))?)
    }

    fn stored(&self, partitions: &[i32]) -> anyhow::Result<std::collections::BTreeMap<i32, Offset>> {
        Ok(self.runtime.block_on(self.offsets.stored(partitions))?)
    }

    /// Where to go on in each partition. A place that the log does not hold is moved into it.
    fn places(
        &self,
        consumer: &BaseConsumer<Self>,
        partitions: &[i32],
    ) -> anyhow::Result<Vec<(i32, Offset)>> {
        self.identify(consumer)?;
        let stored = self.stored(partitions)?;
        let mut places = Vec::new();
        for partition in partitions {
            let (first, end) = consumer
                .fetch_watermarks(&self.topic, *partition, PATIENCE)
                .context("asking for the ends of the log")?;
            let place = match stored.get(partition) {
                None => Offset(first),
                Some(place) if (first..=end).contains(&place.0) => *place,
                Some(place) => {
                    tracing::error!(
                        partition, %place, first, end,
                        "the log does not hold what is to be stored next: it was made anew, or removed it"
                    );
                    self.runtime.block_on(self.offsets.reset(*partition, Offset(first)))?;
                    Offset(first)
                }
            };
            places.push((*partition, place));
        }
        Ok(places)
    }

    fn assigned(&self, consumer: &BaseConsumer<Self>, share: &mut TopicPartitionList) {
        let partitions: Vec<i32> = share.elements().iter().map(|one| one.partition()).collect();
        match self.places(consumer, &partitions) {
            Ok(places) => {
                for (partition, place) in places {
                    let _ = share.set_partition_offset(&self.topic, partition, Place::Offset(place.0));
                }
            }
            // From the beginning: the first batch is then fenced, and starts again from where PostgreSQL
            // says.
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "where to go on cannot be told yet");
                let _ = share.set_all_offsets(Place::Beginning);
            }
        }
        tracing::info!(?partitions, "storing");
        let mut known = self.share();
        known.number += 1;
        known.partitions.extend(&partitions);
        known.new.extend(partitions);
    }
}

/// Entries of a partition that are still to be stored; none by who does not have it any more, since
/// somebody else counts them.
fn note_lag(partition: i32, entries: i64) {
    metrics::gauge!("rapport_log_lag", "partition" => partition.to_string()).set(entries.max(0) as f64);
}

impl ClientContext for Member {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        reports::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        reports::error(&error, reason);
    }
}

impl ConsumerContext for Member {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, what: RDKafkaRespErr, share: &mut TopicPartitionList) {
        let done = match what {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                self.assigned(consumer, share);
                // Kafka's client remembers for good what was paused: a partition that was taken away while
                // this reader was idle would not be read when it is back.
                consumer.assign(share).and_then(|()| consumer.resume(share))
            }
            _ => {
                // Before somebody else tells what follows.
                self.notices.get().tell_all();
                let lost = {
                    let mut share = self.share();
                    let number = share.number + 1;
                    std::mem::replace(&mut *share, Share { number, ..Share::default() })
                };
                for partition in lost.partitions {
                    note_lag(partition, 0);
                }
                consumer.unassign()
            }
        };
        if let Err(error) = done {
            tracing::error!(%error, "Kafka's client does not take its share of the log");
        }
    }
}
