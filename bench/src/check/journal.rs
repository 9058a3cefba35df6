//! What happened, as everybody noted it: sends, answers, deliveries. In memory, for the oracle.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::{
    Chat, Code, Message, MessageId, Offset, Rev, RoomId, Sent, Seq, Timestamp, UserId,
    wire::{ClientFrame, Item, ServerFrame},
};

use crate::client::Watch;

/// A device of the run, by its place; those of HTTP calls and pages of history stand above.
pub(super) type DeviceId = u32;

/// A text's fingerprint: equal for equal texts, and short.
pub fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A message as somebody was told of it, or as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told {
    pub id: MessageId,
    pub seq: Seq,
    pub rev: Rev,
    pub sender: UserId,
    pub at: Timestamp,
    pub body: u64,
}

impl From<&Message> for Told {
    fn from(message: &Message) -> Self {
        let Message { id, seq, rev, sender, at, body, .. } = message;
        Self { id: *id, seq: *seq, rev: *rev, sender: *sender, at: *at, body: fingerprint(body) }
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

/// What stands in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub room: RoomId,
    pub rev: Rev,
    pub last_seq: Seq,
    pub messages: Vec<Told>,
}

/// A room as a device shows it, or as the API gives it to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub whose: String,
    pub room: RoomId,
    pub messages: Vec<Told>,
}

/// A message that reached a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub device: DeviceId,
    pub room: RoomId,
    pub told: Told,
    /// It was shown in the timeline, and not only received.
    pub shown: bool,
}

/// Everything the run logged. In the order in which it happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub members: BTreeMap<RoomId, BTreeSet<UserId>>,
    pub devices: BTreeMap<DeviceId, UserId>,
    pub attempts: Vec<Attempt>,
    pub answers: Vec<Answer>,
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

/// The record while it is written.
#[derive(Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Record>>);

impl Journal {
    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        // Entries are whole at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn incident(&self, what: impl Into<String>) {
        self.record().incidents.push(what.into());
    }
}

/// Notes what one device says and hears.
pub(super) struct Note {
    journal: Journal,
    device: DeviceId,
    me: UserId,
    /// The text last said under an id, until it is answered.
    said: BTreeMap<MessageId, u64>,
    /// Where it was logged last, where numbers follow.
    logged: BTreeMap<MessageId, Offset>,
    /// The newest message shown in each room.
    shown: BTreeMap<RoomId, Seq>,
}

impl Note {
    pub(super) fn new(journal: Journal, device: DeviceId, me: UserId) -> Self {
        journal.record().devices.insert(device, me);
        Self { journal, device, me, said: BTreeMap::new(), logged: BTreeMap::new(), shown: BTreeMap::new() }
    }

    fn answer(&mut self, room: RoomId, id: MessageId, outcome: Result<Sent, Code>) {
        let Some(body) = self.said.get(&id).copied() else {
            return self
                .journal
                .incident(format!("device {} was answered about {id}, which it never sent", self.device));
        };
        self.journal.record().answers.push(Answer { room, id, sender: self.me, body, outcome });
    }

    fn deliver(&self, room: RoomId, message: &Message, shown: bool) {
        let delivery = Delivery { device: self.device, room, told: message.into(), shown };
        self.journal.record().deliveries.push(delivery);
    }
}

impl Watch for Note {
    fn said(&mut self, frame: &ClientFrame) {
        if let ClientFrame::Send { id, body, .. } = frame {
            self.said.insert(*id, fingerprint(body));
        }
    }

    fn heard(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Accepted(accepted) => {
                self.answer(accepted.room, accepted.id, Ok(Sent::Accepted(*accepted)));
            }
            ServerFrame::Logged(logged) => {
                self.logged.insert(logged.id, logged.log);
                self.answer(logged.room, logged.id, Ok(Sent::Logged(*logged)));
            }
            ServerFrame::Live { room, message, .. } => self.deliver(*room, message, false),
            // Of another device's copy: everybody who is signed in as the sender is told.
            ServerFrame::Rejected { log: Some(log), id, .. } if self.logged.get(id) != Some(log) => {}
            ServerFrame::Rejected { room, id, error, .. } => self.answer(*room, *id, Err(error.code)),
            ServerFrame::Change(change) => {
                if let Item::Message { message } = &change.item {
                    self.deliver(change.room, message, false);
                }
            }
            ServerFrame::Changes { room, messages, limited, .. } => {
                if *limited {
                    self.journal.record().limited.insert((self.device, *room));
                }
                messages.iter().for_each(|message| self.deliver(*room, message, false));
            }
            ServerFrame::Room { room } => {
                room.last.iter().for_each(|message| self.deliver(room.id, message, false));
            }
            _ => {}
        }
    }

    fn applied(&mut self, room: RoomId, chat: &Chat) {
        let Some(conversation) = chat.conversation(room) else { return };
        let shown = self.shown.get(&room).copied().unwrap_or_default();
        for message in conversation.timeline.since(shown.next()) {
            self.deliver(room, message, true);
            self.shown.insert(room, message.seq);
        }
    }

    fn astonished(&mut self, what: String) {
        self.journal.incident(format!("device {}: {what}", self.device));
    }
}
