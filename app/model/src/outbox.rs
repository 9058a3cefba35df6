//! Messages on their way: composed here, not yet known to be durable.

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    id::{MessageId, RoomId},
    messages::Body,
    number::{Offset, Rev, Timestamp},
};

/// A message that waits for its `accepted`. Kept on disk until then, under the same id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub id: MessageId,
    pub room: RoomId,
    pub body: String,
    /// By this device's clock; only shown.
    pub at: Timestamp,
    /// Why the server did not take it; a person decides to retry or delete it.
    #[serde(default)]
    pub failed: Option<Error>,
    #[serde(skip)]
    in_flight: bool,
    /// Not to leave yet: see [`Pending::held`].
    #[serde(skip)]
    held: bool,
    /// Durable, as this change of the room: it only waits for its place on the screen.
    #[serde(skip)]
    placed: Option<Rev>,
    /// Durable in the log, at this place: it only waits for its number.
    #[serde(skip)]
    logged: Option<Offset>,
}

impl Pending {
    pub fn new(room: RoomId, body: Body, at: Timestamp) -> Self {
        let body = body.into_string();
        let id = MessageId::new();
        Self { id, room, body, at, failed: None, in_flight: false, held: false, placed: None, logged: None }
    }

    /// Shown, but not to leave before [`Outbox::release`]: it is not on disk yet, or another tab
    /// is about to send it. Messages behind it in its room wait with it.
    #[must_use]
    pub fn held(self) -> Self {
        Self { held: true, ..self }
    }
}

/// The outbox of one device: in each room one message is on the wire at a time, so a refusal can
/// never let a later message overtake an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<Pending>,
}

impl Outbox {
    /// Adds a message unless it is there: ids sort by birth, so that is also the sending order.
    pub fn push(&mut self, pending: Pending) {
        if self.get(pending.id).is_some() {
            return;
        }
        let place = self.entries.partition_point(|entry| entry.id < pending.id);
        self.entries.insert(place, pending);
    }

    /// Takes over what another tab, or this one earlier, stored. What is on the wire here will hear
    /// its own answer.
    pub fn adopt(&mut self, pending: Pending) {
        match self.entry(pending.id) {
            Some(entry) if entry.in_flight => {}
            Some(entry) => entry.failed = pending.failed,
            None => self.push(pending),
        }
    }

    /// A held message may leave.
    pub fn release(&mut self, id: MessageId) {
        if let Some(entry) = self.entry(id) {
            entry.held = false;
        }
    }

    /// The message is durable as change `rev` of its room. It stays here, and is not sent again,
    /// until the room has come that far: [`Outbox::settle`].
    pub fn place(&mut self, id: MessageId, rev: Rev) {
        if let Some(entry) = self.entry(id) {
            entry.placed = Some(rev);
            entry.failed = None;
            entry.in_flight = false;
        }
    }

    /// The message is durable in the log and its number follows: not sent again on this connection.
    pub fn log(&mut self, id: MessageId, log: Offset) {
        if let Some(entry) = self.entry(id) {
            entry.logged = Some(log);
            entry.failed = None;
            entry.in_flight = false;
        }
    }

    /// Everything the room logged before `log` has its number or none. What is still here was not
    /// among it, and its refusal was not heard: it asks once more.
    pub fn ask_again(&mut self, room: RoomId, log: Offset) {
        for entry in self.entries.iter_mut().filter(|entry| entry.room == room) {
            entry.logged = entry.logged.filter(|logged| *logged >= log);
        }
    }

    /// The server was set back, and what it answered then may not stand any more: it is asked again.
    pub fn unplace(&mut self, room: RoomId) {
        for entry in self.entries.iter_mut().filter(|entry| entry.room == room) {
            (entry.placed, entry.logged) = (None, None);
        }
    }

    /// Every change of the room up to `rev` is shown: placed messages among them are done.
    pub fn settle(&mut self, room: RoomId, rev: Rev) {
        self.entries.retain(|entry| entry.room != room || entry.placed.is_none_or(|placed| placed > rev));
    }

    pub fn get(&self, id: MessageId) -> Option<&Pending> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub fn in_room(&self, room: RoomId) -> impl Iterator<Item = &Pending> {
        self.entries.iter().filter(move |entry| entry.room == room)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.entries.iter()
    }

    /// How many are not known to be durable: they are lost with this device.
    pub fn unsent(&self) -> usize {
        self.entries.iter().filter(|entry| entry.placed.is_none() && entry.logged.is_none()).count()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The message is durable, or was given up.
    pub fn remove(&mut self, id: MessageId) -> Option<Pending> {
        let place = self.entries.iter().position(|entry| entry.id == id)?;
        Some(self.entries.remove(place))
    }

    /// The room is no more: nothing of it will ever be taken.
    pub fn remove_room(&mut self, room: RoomId) {
        self.entries.retain(|entry| entry.room != room);
    }

    /// The server did not take the message: a lasting refusal is shown, a passing one waits. With
    /// `log` only what was logged there is meant: another device's copy of the id may stand.
    pub fn refuse(&mut self, id: MessageId, error: Error, log: Option<Offset>) {
        let Some(entry) = self.entry(id) else { return };
        if log.is_some() && entry.logged != log {
            return;
        }
        entry.in_flight = false;
        entry.logged = None;
        if !error.code.is_temporary() {
            entry.failed = Some(error);
        }
    }

    /// A person wants a failed message tried again.
    pub fn retry(&mut self, id: MessageId) {
        if let Some(entry) = self.entry(id) {
            entry.failed = None;
            entry.in_flight = false;
            entry.logged = None;
        }
    }

    /// Whether an answer is due.
    pub fn is_waiting(&self) -> bool {
        self.entries.iter().any(|entry| entry.in_flight)
    }

    /// The connection is gone, and with it every answer that was due. What was logged is asked for
    /// once more: its number, or its refusal, may be among what was not heard.
    pub fn disconnected(&mut self) {
        for entry in &mut self.entries {
            entry.in_flight = false;
            entry.logged = None;
        }
    }

    /// The messages to put on the wire now, marked as being there. A failed message does not hold
    /// up the ones behind it.
    pub fn take_ready(&mut self) -> Vec<Pending> {
        let mut busy: Vec<RoomId> =
            self.entries.iter().filter(|entry| entry.in_flight).map(|entry| entry.room).collect();
        let mut ready = Vec::new();
        for entry in &mut self.entries {
            let durable = entry.placed.is_some() || entry.logged.is_some();
            if entry.failed.is_some() || durable || busy.contains(&entry.room) {
                continue;
            }
            busy.push(entry.room);
            if entry.held {
                continue;
            }
            entry.in_flight = true;
            ready.push(entry.clone());
        }
        ready
    }

    fn entry(&mut self, id: MessageId) -> Option<&mut Pending> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }
}
