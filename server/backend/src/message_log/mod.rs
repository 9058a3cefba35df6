//! Port: the message log. A message exists once it is in here.
//!
//! **Promise.** An accepted entry is durable. Each id is stored once: the same entry again is
//! answered with the place of the first, another one under the same id is refused. Each room has
//! one order, the order of its log, and its numbers are dense. Only what is durable is published.

mod direct;

use std::future::Future;

use model::{Accepted, Body, Code, Error, MessageId, RoomId, UserId};

use crate::{bus::Bus, clock::Clock, database::Pool};
use direct::Direct;

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
    /// Not now. Nothing was written, or it is not known; the same id may be sent again.
    Unavailable,
}

pub struct MessageLog(Kind);

enum Kind {
    Direct(Direct),
}

impl MessageLog {
    /// A log that is the messages table itself, by group commit.
    pub fn direct(db: Pool, bus: Bus, clock: Clock) -> Self {
        Self(Kind::Direct(Direct::start(db, bus, clock)))
    }

    /// Appends an entry. Its place in the order is taken at the call; the future answers when the
    /// entry is durable, and may be dropped without taking it back.
    pub fn append(&self, entry: Entry) -> impl Future<Output = Result<Accepted, Refusal>> + Send + use<> {
        match &self.0 {
            Kind::Direct(log) => log.append(entry),
        }
    }

    /// Whether everything appended has been answered.
    pub fn is_idle(&self) -> bool {
        match &self.0 {
            Kind::Direct(log) => log.is_idle(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::IdConflict => {
                Self::new(Code::IdConflict, "Another message was sent under this id. The first one stands.")
            }
            Refusal::NotMember => Self::not_found("chat"),
            Refusal::Unavailable => Self::unavailable(),
        }
    }
}
