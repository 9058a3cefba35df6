//! The store role: reads the log, gives each entry its number in PostgreSQL, and tells the rooms.
//!
//! A batch is one transaction that stores the entries *and* how far its partitions have been stored;
//! it fails if somebody else has moved that place meanwhile. So whatever Kafka believes about who
//! reads what, and wherever a process dies, each entry is stored once and none is left out.

mod batch;
mod consumer;
mod notices;
mod offsets;
mod write;

use std::time::{Duration, Instant};

use anyhow::anyhow;
use model::{RoomId, Seq};
use tokio::{runtime::Handle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{DeadLetters, Settings};
use crate::{bus::Bus, database::Pool, failure::Failure, rooms};
use batch::Batch;
use consumer::Reader;
use notices::SharedNotices;
use offsets::Offsets;
use write::Stored;

/// Between two batches under load: what comes meanwhile shares a transaction.
const PACE: Duration = Duration::from_millis(50);
/// How long PostgreSQL may take for a batch. Meanwhile nobody else can have these partitions.
const WITHIN: Duration = Duration::from_secs(20);
/// Between two tries while PostgreSQL or Kafka is away, and between two words about it in the log.
const AGAIN: Duration = Duration::from_millis(250);
const SAID_EVERY: Duration = Duration::from_secs(10);

/// Where entries are stored, and who is told.
pub struct Store {
    pub db: Pool,
    pub bus: Bus,
}

/// Stores what is logged until `stop`; several of these share the partitions of the topic.
///
/// # Errors
/// The settings mean nothing to Kafka's client. Everything that passes is waited out.
pub async fn run_store(settings: &Settings, store: Store, stop: CancellationToken) -> anyhow::Result<()> {
    let runtime = Handle::current();
    store.bus.tell_gap();
    let offsets = Offsets::new(store.db.clone(), settings);
    let notices = SharedNotices::new(store.bus.clone());
    let reader = Reader::subscribe(settings, offsets.clone(), notices.clone(), runtime.clone())?;
    let dead = DeadLetters::at(settings)?;
    let keeper = Keeper { store, offsets, dead, reader, notices, said: None, runtime, stop };
    // A thread of its own: Kafka's client calls back while it is polled, and blocks.
    tokio::task::spawn_blocking(move || keeper.run()).await?;
    Ok(())
}

struct Keeper {
    store: Store,
    offsets: Offsets,
    dead: DeadLetters,
    reader: Reader,
    notices: SharedNotices,
    /// When trouble was last logged, since something was last stored.
    said: Option<Instant>,
    runtime: Handle,
    stop: CancellationToken,
}

/// Why a batch was not stored.
enum Trouble {
    /// Somebody else has stored it, or stores from elsewhere.
    Fenced,
    /// One of its entries can never be stored.
    Data(Failure),
    /// Not now.
    Passing(anyhow::Error),
}

impl Keeper {
    fn run(mut self) {
        let mut next = Instant::now();
        while !self.stop.is_cancelled() {
            self.greet();
            let due = self.notices.get().next_due();
            let batch = self.reader.gather(next, due);
            self.notices.get().tell_due(Instant::now());
            if batch.is_empty() {
                continue;
            }
            next = Instant::now() + if batch.len() > 1 { PACE } else { Duration::ZERO };
            self.keep(batch);
        }
        self.notices.get().tell_all();
        self.reader.leave();
    }

    /// Of partitions just taken over: the last batch may have been stored by somebody who died before
    /// telling.
    fn greet(&mut self) {
        let partitions = self.reader.newly_assigned();
        if partitions.is_empty() {
            return;
        }
        let told = self.runtime.block_on(notices::tell_last(&self.store, &self.offsets, &partitions));
        if let Err(error) = told {
            self.say(&error.into(), "what was stored last cannot be told yet");
            self.reader.greet_again(partitions);
            self.wait();
        }
    }

    /// Stores a batch, however long that takes; or lets it go when it is somebody else's.
    fn keep(&mut self, mut batch: Batch) {
        // Read under another share of the partitions, it is somebody else's, or will be read again.
        while self.reader.holds(&batch) && !self.stop.is_cancelled() {
            let trouble = match self.write(&batch) {
                Ok(stored) => return self.done(&batch, &stored),
                Err(trouble) => trouble,
            };
            match trouble {
                Trouble::Fenced => {
                    tracing::warn!("somebody else stores these partitions; starting again from what stands");
                    metrics::counter!("rapport_log_fenced_total").increment(1);
                    self.start_again();
                    // It may have been this one, whose answer to COMMIT was lost: nobody has told it then.
                    return self.reader.greet_again(batch.spans().into_keys().collect());
                }
                Trouble::Data(error) if batch.len() > 1 => {
                    tracing::warn!(%error, "a batch holds an entry that cannot be stored; going one by one");
                    return batch.singly().for_each(|single| self.keep(single));
                }
                Trouble::Data(error) => batch.condemn(&error.to_string()),
                Trouble::Passing(error) => {
                    self.say(&error, "a batch is not stored yet");
                    metrics::counter!("rapport_log_retries_total").increment(1);
                    self.wait();
                }
            }
        }
    }

    fn write(&self, batch: &Batch) -> Result<Stored, Trouble> {
        self.reader.identify().map_err(Trouble::Passing)?;
        let began = Instant::now();
        let untold: Vec<RoomId> = self.notices.get().untold().collect();
        let written = write::write(&self.store.db, &self.offsets, &self.dead, batch, untold);
        let written = self.runtime.block_on(async { timeout(WITHIN, written).await });
        let written =
            written.unwrap_or_else(|_| Err(Trouble::Passing(anyhow!("PostgreSQL does not answer"))));
        if written.is_ok() {
            metrics::histogram!("rapport_store_seconds").record(began.elapsed().as_secs_f64());
        }
        written
    }

    fn done(&mut self, batch: &Batch, stored: &Stored) {
        if self.said.take().is_some() {
            tracing::info!("storing again");
        }
        self.notices.get().tell(batch, stored, Instant::now());
        self.reveal(stored);
        metrics::histogram!("rapport_log_batch_rows").record(batch.len() as f64);
        metrics::histogram!("rapport_log_batch_age_seconds").record(batch.age().as_secs_f64());
        metrics::counter!("rapport_stored_total").increment(stored.fresh_count());
        self.reader.commit(batch);
    }

    /// The first message of a private chat brings the chat to the person who has not opened it.
    fn reveal(&self, stored: &Stored) {
        let first = stored.fresh().filter(|accepted| accepted.seq == Seq::FIRST);
        let rooms: Vec<RoomId> = first.map(|accepted| accepted.room).collect();
        if !rooms.is_empty() {
            let _runtime = self.runtime.enter();
            rooms::reveal(self.store.db.clone(), self.store.bus.clone(), rooms);
        }
    }

    /// Back to what PostgreSQL says, as soon as it says it.
    fn start_again(&mut self) {
        while !self.stop.is_cancelled() {
            match self.reader.seek_to_stored() {
                Ok(()) => return,
                Err(error) => self.say(&error, "where to go on cannot be told yet"),
            }
            self.wait();
        }
    }

    /// Logs what holds the store up; not with every try.
    fn say(&mut self, error: &anyhow::Error, what: &'static str) {
        if self.said.is_some_and(|said| said.elapsed() < SAID_EVERY) {
            return;
        }
        self.said = Some(Instant::now());
        tracing::warn!(error = format!("{error:#}"), "{what}");
    }

    /// Stays in the group meanwhile: who is not heard loses the partitions.
    fn wait(&mut self) {
        self.notices.get().tell_due(Instant::now());
        self.reader.idle(AGAIN);
    }
}
