//! The log of lite mode: the messages table itself. One committer per process writes what has
//! gathered, for all rooms, in one transaction; then it publishes.

#[cfg(feature = "mutants")]
mod mutated;

use std::time::Duration;

use anyhow::anyhow;
use bytes::Bytes;
use model::{Accepted, Message, Rev, RoomId, Sent, Seq, wire};
use tokio::time::timeout;

use super::{
    Answer, Entry, Refusal,
    batch::{self, Source},
    standing::standing,
};
use crate::{
    bus::{Bus, Notice},
    clock::Clock,
    database::Pool,
    failure::{Failure, Outcome},
    rooms,
};

/// How long PostgreSQL may take for a batch.
const WITHIN: Duration = Duration::from_secs(5);
/// How often a batch is tried before its senders are told to try again.
const ATTEMPTS: u32 = 3;

pub(super) struct Direct {
    db: Pool,
    bus: Bus,
    clock: Clock,
}

impl Direct {
    pub(super) fn new(db: Pool, bus: Bus, clock: Clock) -> Self {
        #[cfg(feature = "mutants")]
        mutated::publish_on(&bus);
        Self { db, bus, clock }
    }

    /// Commits a batch and publishes what is new in it.
    ///
    /// A connection lost during COMMIT leaves open whether the batch was written. Trying again
    /// settles it: the ids say which entries stand already, and those are then published too.
    pub(super) async fn commit(&self, entries: Vec<Entry>) -> Vec<Answer> {
        #[cfg(feature = "mutants")]
        let entries = mutated::forget_ids(entries);
        let started = std::time::Instant::now();
        let mut in_doubt = false;
        for attempt in 0..ATTEMPTS {
            match self.write(&entries).await {
                Ok(written) => {
                    metrics::histogram!("rapport_commit_seconds").record(started.elapsed().as_secs_f64());
                    metrics::counter!("rapport_accepted_total").increment(written.fresh_count());
                    self.publish(&entries, &written, in_doubt);
                    return written.answers.into_iter().map(sent).collect();
                }
                Err(error) if batch::is_data_error(&error) && entries.len() > 1 => {
                    tracing::warn!(%error, "a batch holds an entry that cannot be stored; trying one by one");
                    return self.commit_singly(entries).await;
                }
                // The pool has tried for seconds, and nothing was written: the senders wait no longer.
                Err(error @ Failure::Connection(_)) => {
                    tracing::warn!(%error, entries = entries.len(), "no connection to commit a batch");
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, attempt, entries = entries.len(), "a batch was not committed");
                    in_doubt = true;
                    tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
                }
            }
        }
        metrics::counter!("rapport_unavailable_total").increment(entries.len() as u64);
        if in_doubt {
            self.publish_when_known(entries.clone());
        }
        vec![Err(Refusal::Unavailable); entries.len()]
    }

    async fn commit_singly(&self, entries: Vec<Entry>) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(entries.len());
        for entry in entries {
            let entry = [entry];
            let answer = match self.write(&entry).await {
                Ok(written) => {
                    self.publish(&entry, &written, false);
                    sent(written.answers[0])
                }
                Err(error) => {
                    tracing::error!(%error, id = %entry[0].id, "an entry was not stored");
                    Err(Refusal::Unavailable)
                }
            };
            answers.push(answer);
        }
        answers
    }

    async fn write(&self, entries: &[Entry]) -> Outcome<batch::Written> {
        let mut db = self.db.get().await?;
        #[cfg(feature = "mutants")]
        use mutated as batch;
        let source = Source::Senders { now: self.clock.now() };
        let written = timeout(WITHIN, batch::write(&mut db, entries, source)).await;
        written.unwrap_or_else(|_| Err(anyhow!("PostgreSQL does not answer").into()))
    }

    /// Publishes what is new; on a bus of several nodes also what stood before, since the node that
    /// stored it may have died before it told anybody.
    fn publish(&self, entries: &[Entry], written: &batch::Written, with_known: bool) {
        let with_known = with_known || self.bus.is_shared();
        for (place, entry) in entries.iter().enumerate() {
            let Ok(accepted) = &written.answers[place] else { continue };
            // Of one that has changed since the change tells: its first state is over.
            if written.fresh[place] || (with_known && !written.changed[place]) {
                self.bus.publish(&notice(entry, accepted));
            }
        }
    }

    /// The batch's senders were told to try again, yet it may have been written: as soon as the
    /// database answers, whatever stands is published. A sender who never returns would otherwise
    /// leave a message that the others see only at the next one.
    fn publish_when_known(&self, entries: Vec<Entry>) {
        let (db, bus) = (self.db.clone(), self.bus.clone());
        tokio::spawn(async move {
            let found = loop {
                tokio::time::sleep(Duration::from_millis(500)).await;
                let Ok(mut db) = db.get().await else { continue };
                if let Ok(found) = standing(&mut db, &entries).await {
                    break found;
                }
            };
            for (entry, known) in entries.iter().zip(found) {
                if let Some(known) = known.filter(|known| !known.is_changed)
                    && let Ok(accepted) = known.answer
                {
                    bus.publish(&notice(entry, &accepted));
                    if accepted.seq == Seq::FIRST {
                        rooms::reveal(db.clone(), bus.clone(), vec![entry.room]);
                    }
                }
            }
        });
    }
}

fn sent(answer: Result<Accepted, Refusal>) -> Answer {
    answer.map(Sent::Accepted)
}

fn notice(entry: &Entry, accepted: &Accepted) -> Notice {
    let message = Message::new(entry.id, entry.sender, accepted.at, entry.body.as_str());
    let message = message.numbered(accepted.seq, accepted.rev);
    change(entry.room, accepted.rev, wire::Item::Message { message })
}

/// A durable change, encoded once for everybody.
fn change(room: RoomId, rev: Rev, item: wire::Item) -> Notice {
    let frame = wire::ServerFrame::Change(wire::Change { room, rev, item });
    Notice::Room { room, rev: Some(rev), frame: Bytes::from(frame.encode()) }
}
