//! Port: the message log. A message exists once it is in here.
//!
//! **Promise.** An accepted entry is durable. Each id is stored once: the same entry again is
//! answered with the place of the first, another one under the same id is refused. Each room has
//! one order, the order of its log, and its numbers are dense. Only what is durable is published.
//!
//! The direct log numbers as it stores. Kafka's numbers follow, in the order of the log; until then
//! an entry is told by its place there. A second entry under an id is then logged too, and found out
//! when it is stored: its sender is told by a frame instead of by the answer.

mod batch;
mod direct;
mod kafka;
mod standing;

use std::{
    future::{Future, ready},
    sync::Arc,
    time::Duration,
};

use futures::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use model::{Body, Code, Error, MessageId, RoomId, Sent, UserId};

use crate::{
    bus::Bus,
    clock::Clock,
    database::Pool,
    group_commit::{Full, GroupCommit},
    membership::MembershipCache,
};
use direct::Direct;
use kafka::Kafka;
pub use kafka::{
    DeadLetter, DeadLetters, Mechanism, Sasl, Security, Settings as KafkaSettings, Store, check_topics,
    create_topics, run_store,
};
pub(crate) use standing::standing;

/// Entries that may wait: about two seconds' worth at full speed.
const WAITING: usize = 20_000;
/// Most entries written together.
const BATCH: usize = 1_000;
/// Between two commits under load: some 20 messages to a statement at 2,000 a second, and still far
/// below what anybody notices.
const PACE: Duration = Duration::from_millis(10);

/// A message to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: MessageId,
    pub room: RoomId,
    pub sender: UserId,
    pub body: Body,
}

/// Why an entry was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The id belongs to another message.
    IdConflict,
    /// The sender is not a member of the room, or there is no such room.
    NotMember,
    /// Too often: not before so many milliseconds.
    TooOften(u32),
    /// Not now. Nothing was written, or it is not known; the same id may be sent again.
    Unavailable,
}

/// Whether an entry may be written as far as limits go: `Some` with the milliseconds to wait if not.
/// Asked when the entry's batch is written, so that asking costs no place in the order.
pub type Admission = BoxFuture<'static, Option<u32>>;

type Answer = Result<Sent, Refusal>;
/// What became of an entry, once that is known.
type Outcome = BoxFuture<'static, Answer>;

pub struct MessageLog {
    queue: GroupCommit<(Entry, Admission), Outcome>,
    writer: Writer,
}

#[derive(Clone)]
enum Writer {
    Direct(Arc<Direct>),
    Kafka(Arc<Kafka>),
}

impl MessageLog {
    /// A log that is the messages table itself, by group commit.
    pub fn direct(db: Pool, bus: Bus, clock: Clock) -> Self {
        Self::start(Writer::Direct(Arc::new(Direct::new(db, bus, clock))))
    }

    /// A log in Kafka; the store role brings it into the messages table. Entries are taken once Kafka
    /// answers and has the topic.
    ///
    /// # Errors
    /// The settings mean nothing to Kafka's client.
    pub fn kafka(
        settings: &KafkaSettings,
        db: Pool,
        members: MembershipCache,
        bus: Bus,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        Ok(Self::start(Writer::Kafka(Kafka::start(settings, db, members, bus, clock)?)))
    }

    fn start(writer: Writer) -> Self {
        let committer = writer.clone();
        let queue = GroupCommit::start(WAITING, BATCH, PACE, move |asked| {
            let writer = committer.clone();
            async move { writer.write_admitted(asked).await }
        });
        Self { queue, writer }
    }

    /// Appends an entry. Its place in the order is taken at the call; the future answers when the
    /// entry is durable, and may be dropped without taking it back.
    pub fn append(&self, entry: Entry, admission: Admission) -> impl Future<Output = Answer> + Send + use<> {
        // Nobody waits behind what is known not to answer.
        let submitted = match self.writer.is_away() {
            true => Err(Full),
            false => self.queue.submit((entry, admission)),
        };
        async move {
            let answer = submitted.map_err(|_| Refusal::Unavailable)?.await;
            answer.unwrap_or(Err(Refusal::Unavailable))
        }
    }

    /// Whether it asks who is a member before the entry is in the database.
    pub fn asks_for_members(&self) -> bool {
        matches!(self.writer, Writer::Kafka(_))
    }

    /// Whether entries can be taken at the moment.
    pub fn is_open(&self) -> bool {
        !self.writer.is_away()
    }

    /// Whether everything appended is durable, or refused.
    pub fn is_idle(&self) -> bool {
        self.queue.is_idle() && self.writer.is_idle()
    }
}

impl Writer {
    /// Asks for all admissions at once, and writes the entries that have theirs. Done when they have
    /// their places in the order.
    async fn write_admitted(&self, asked: Vec<(Entry, Admission)>) -> Vec<Outcome> {
        let (entries, admissions): (Vec<Entry>, Vec<Admission>) = asked.into_iter().unzip();
        let waits = join_all(admissions).await;
        let admitted = entries.into_iter().zip(&waits).filter(|(_, wait)| wait.is_none());
        let admitted: Vec<Entry> = admitted.map(|(entry, _)| entry).collect();
        let mut written = match admitted.is_empty() {
            true => Vec::new(),
            false => self.write(admitted).await,
        }
        .into_iter();
        let outcome = |wait: Option<u32>| match wait {
            Some(wait) => refused(Refusal::TooOften(wait)),
            None => written.next().unwrap_or_else(|| refused(Refusal::Unavailable)),
        };
        waits.into_iter().map(outcome).collect()
    }

    async fn write(&self, entries: Vec<Entry>) -> Vec<Outcome> {
        match self {
            Self::Direct(log) => {
                log.commit(entries).await.into_iter().map(|answer| ready(answer).boxed()).collect()
            }
            Self::Kafka(log) => log.log(entries).await,
        }
    }

    /// Whether nothing is on its way.
    fn is_idle(&self) -> bool {
        match self {
            Self::Direct(_) => true,
            Self::Kafka(log) => log.is_idle(),
        }
    }

    fn is_away(&self) -> bool {
        match self {
            // It waits for its database, and says so itself.
            Self::Direct(_) => false,
            Self::Kafka(log) => log.is_away(),
        }
    }
}

fn refused(refusal: Refusal) -> Outcome {
    ready(Err(refusal)).boxed()
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::IdConflict => {
                Self::new(Code::IdConflict, "Another message was sent under this id. The first one stands.")
            }
            Refusal::NotMember => Self::not_found("chat"),
            Refusal::TooOften(wait) => Self::rate_limited(wait),
            Refusal::Unavailable => Self::unavailable(),
        }
    }
}
