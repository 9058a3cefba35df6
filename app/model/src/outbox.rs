//! Messages and changes of messages on their way: composed here, not yet known to be durable.

mod pending;

use crate::{
    error::Error,
    id::{ChangeId, MessageId, RoomId},
    number::{Offset, Rev},
};
pub use pending::{Content, Pending};

/// Entries of one kind, which keep their order in each room. Changes have a lane of their own, because they need the
/// database: where messages are logged, messages go on while the database is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Messages,
    Changes,
}

/// The outbox of one device: in each room one entry of a lane is on the wire at a time, so a refusal can
/// never let a later one overtake an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<Pending>,
}

impl Outbox {
    /// Adds an entry unless it is there, and removes the changes that it supersedes. Ids sort by birth, so that is also
    /// the sending order.
    pub fn push(&mut self, pending: Pending) {
        if self.get(pending.id).is_some() {
            return;
        }
        self.remove_all(&|entry| pending.supersedes(entry));
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

    /// A held entry may leave.
    pub fn release(&mut self, id: ChangeId) {
        if let Some(entry) = self.entry(id) {
            entry.held = false;
        }
    }

    /// The entry is durable as change `rev` of its room. It stays here, and is not sent again,
    /// until the room has come that far: [`Outbox::settle`].
    pub fn place(&mut self, id: ChangeId, rev: Rev) {
        if let Some(entry) = self.entry(id) {
            entry.placed = Some(rev);
            entry.failed = None;
            entry.in_flight = false;
        }
    }

    /// The message is durable in the log and its number follows: not sent again on this connection.
    pub fn log(&mut self, id: ChangeId, log: Offset) {
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

    /// Every change of the room up to `rev` is shown: placed entries among them are done.
    pub fn settle(&mut self, room: RoomId, rev: Rev) {
        self.remove_all(&|entry| entry.room == room && entry.placed.is_some_and(|placed| placed <= rev));
    }

    pub fn get(&self, id: ChangeId) -> Option<&Pending> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub fn in_room(&self, room: RoomId) -> impl Iterator<Item = &Pending> {
        self.entries.iter().filter(move |entry| entry.room == room)
    }

    /// The changes of a message that are pending, in their order.
    pub fn changes_of(&self, message: MessageId) -> impl Iterator<Item = &Pending> {
        let is_waiting = move |entry: &&Pending| {
            entry.lane() == Lane::Changes && entry.failed.is_none() && entry.message() == message
        };
        self.entries.iter().filter(is_waiting)
    }

    /// The oldest change in a room that the server refused.
    pub fn refused_change(&self, room: RoomId) -> Option<&Pending> {
        self.in_room(room).find(|entry| entry.lane() == Lane::Changes && entry.failed.is_some())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.entries.iter()
    }

    /// How many of a lane are not known to be durable: they are lost with this device.
    pub fn unsent(&self, lane: Lane) -> usize {
        self.entries.iter().filter(|entry| entry.lane() == lane && !entry.is_durable()).count()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry is durable, or was given up.
    pub fn remove(&mut self, id: ChangeId) -> Option<Pending> {
        let place = self.entries.iter().position(|entry| entry.id == id)?;
        Some(self.entries.remove(place))
    }

    /// The room is no more: nothing of it will ever be taken.
    pub fn remove_room(&mut self, room: RoomId) {
        self.remove_all(&|entry| entry.room == room);
    }

    /// The server refused the entry: a lasting refusal is shown, a passing one waits. With
    /// `log` only what was logged there is meant: another device's copy of the id may stand.
    pub fn refuse(&mut self, id: ChangeId, error: Error, log: Option<Offset>) {
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
    pub fn retry(&mut self, id: ChangeId) {
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

    /// The entries of a lane to put on the wire now, marked as being there. A failed message does not hold up the
    /// ones behind it. A change waits until its message has its number.
    pub fn take_ready(&mut self, lane: Lane) -> Vec<Pending> {
        let of = |wanted| self.entries.iter().filter(move |entry| entry.lane() == wanted);
        let unnumbered: Vec<MessageId> = match lane {
            Lane::Messages => Vec::new(),
            Lane::Changes => of(Lane::Messages).map(Pending::message).collect(),
        };
        let mut busy: Vec<RoomId> =
            of(lane).filter(|entry| entry.in_flight).map(|entry| entry.room).collect();
        let mut ready = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.lane() == lane) {
            let is_done = entry.failed.is_some() || entry.is_durable();
            if is_done || busy.contains(&entry.room) || unnumbered.contains(&entry.message()) {
                continue;
            }
            busy.push(entry.room);
            if entry.held {
                continue;
            }
            (entry.in_flight, entry.may_be_sent) = (true, true);
            ready.push(entry.clone());
        }
        ready
    }

    /// One copy of the code is downloaded for all closures.
    fn remove_all(&mut self, is_removed: &dyn Fn(&Pending) -> bool) {
        self.entries.retain(|entry| !is_removed(entry));
    }

    fn entry(&mut self, id: ChangeId) -> Option<&mut Pending> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }
}
