//! What a run leaves behind for the oracle: sends, changes, answers, deliveries, and what stands.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use model::{ChangeId, Code, Message, MessageId, Reaction, Rev, RoomId, Sent, Seq, Timestamp, UserId};

/// A device of the run, by its place; those of HTTP calls and pages of history stand above.
pub(super) type DeviceId = u32;

/// A text's fingerprint: equal for equal texts, and short.
pub(super) fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A message in one of its states, as somebody was told of it, or as it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told {
    pub id: MessageId,
    pub seq: Seq,
    pub rev: Rev,
    pub sender: UserId,
    pub at: Timestamp,
    pub body: u64,
    pub edited: Option<Timestamp>,
    pub deleted: bool,
    /// Whose, and which.
    pub reactions: Vec<(UserId, u64)>,
}

impl From<&Message> for Told {
    fn from(message: &Message) -> Self {
        let Message { id, seq, rev, sender, at, body, edited, deleted, reactions } = message;
        let reaction = |one: &Reaction| (one.user, fingerprint(one.emoji.as_str()));
        Self {
            id: *id,
            seq: *seq,
            rev: *rev,
            sender: *sender,
            at: *at,
            body: fingerprint(body),
            edited: *edited,
            deleted: *deleted,
            reactions: reactions.iter().map(reaction).collect(),
        }
    }
}

impl Told {
    /// What somebody thinks of it.
    pub(super) fn reaction_of(&self, user: UserId) -> Option<u64> {
        self.reactions.iter().find(|(whose, _)| *whose == user).map(|(_, which)| *which)
    }
}

/// A message somebody meant to send: known before anything of it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub room: RoomId,
    pub id: MessageId,
    pub sender: UserId,
    pub body: u64,
    /// The device that sends it by its outbox, and nobody else anywhere: it keeps its order.
    pub ordered_on: Option<DeviceId>,
}

/// What the server answered to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub room: RoomId,
    pub id: MessageId,
    pub sender: UserId,
    /// Of the text that was answered.
    pub body: u64,
    pub outcome: Result<Sent, Code>,
}

/// What may become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Edit(u64),
    Delete,
    /// `None` takes it back.
    React(Option<u64>),
}

/// A change of a message that somebody wanted: known before it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Try {
    pub room: RoomId,
    pub id: MessageId,
    pub change: ChangeId,
    pub by: UserId,
    /// The device that has it in its outbox.
    pub device: DeviceId,
    pub deed: Deed,
    /// The change of the room that it was, or why it was refused. `None`: whether it happened is open, because no answer
    /// came, or a later change took its place in the outbox.
    pub answer: Option<Result<Rev, Code>>,
}

/// What stands in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub room: RoomId,
    pub rev: Rev,
    pub last_seq: Seq,
    pub messages: Vec<Stands>,
}

/// A message as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    /// The change it came with.
    pub first: Rev,
    pub now: Told,
}

/// A room as a device shows it, or as the API gives it to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub whose: String,
    pub room: RoomId,
    pub messages: Vec<Told>,
}

/// A message that reached a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub device: DeviceId,
    pub room: RoomId,
    pub told: Told,
    pub how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The device received it.
    Heard,
    /// It is in the timeline for the first time.
    Shown,
    /// It is there in another state than before.
    Changed,
}

/// Everything the run logged. In the order in which it happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub members: BTreeMap<RoomId, BTreeSet<UserId>>,
    pub devices: BTreeMap<DeviceId, UserId>,
    pub attempts: Vec<Attempt>,
    pub answers: Vec<Answer>,
    pub tries: Vec<Try>,
    /// Every answer to a change, those to changes that were asked for again included.
    pub change_answers: Vec<(ChangeId, Result<Rev, Code>)>,
    pub deliveries: Vec<Delivery>,
    /// Which device was told that it missed too much of a room: only there it may lack the beginning.
    pub limited: BTreeSet<(DeviceId, RoomId)>,
    /// By SQL.
    pub standing: Vec<History>,
    pub views: Vec<View>,
    /// What the API gave to somebody who is not in the room, in words.
    pub leaks: Vec<String>,
    /// What was astonishing by itself, in words.
    pub incidents: Vec<String>,
}
