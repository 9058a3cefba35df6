//! The messages of a room that are durable and have no number yet, in the order in which they will
//! be numbered.

use crate::{
    id::MessageId,
    messages::Message,
    number::{Offset, Rev, Seq},
};

/// A message without a number, and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnumbered {
    pub log: Offset,
    pub message: Message,
}

/// A number whose message has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Assigned {
    id: MessageId,
    log: Offset,
    seq: Seq,
    rev: Rev,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UnnumberedMessages {
    /// By offset in the log; each id once.
    messages: Vec<Unnumbered>,
    /// Numbers that came before their messages.
    assigned: Vec<Assigned>,
    /// Every message that was logged before this offset has its number, or will never have one.
    settled: Offset,
}

impl UnnumberedMessages {
    pub(super) fn messages(&self) -> &[Unnumbered] {
        &self.messages
    }

    pub(super) fn settled(&self) -> Offset {
        self.settled
    }

    /// The number of the message logged there, if that came first.
    pub(super) fn assigned(&self, id: MessageId, log: Offset) -> Option<(Seq, Rev)> {
        let one = self.assigned.iter().find(|one| one.id == id && one.log == log)?;
        Some((one.seq, one.rev))
    }

    /// A message that was logged. Of two copies of an id the one that was logged first stands.
    pub(super) fn add(&mut self, log: Offset, message: Message) {
        let known = self.messages.iter().find(|known| known.message.id == message.id);
        if log < self.settled || known.is_some_and(|known| known.log <= log) {
            return;
        }
        self.remove(message.id);
        let index = self.messages.partition_point(|known| known.log < log);
        self.messages.insert(index, Unnumbered { log, message });
    }

    /// A logged message has this number. Returns it if it is here; it stays until it is removed.
    pub(super) fn assign(&mut self, id: MessageId, log: Offset, seq: Seq, rev: Rev) -> Option<Message> {
        match self.messages.iter().find(|known| known.message.id == id && known.log == log) {
            Some(known) => Some(known.message.clone().numbered(seq, rev)),
            None => {
                self.assigned.push(Assigned { id, log, seq, rev });
                None
            }
        }
    }

    /// The message has its number.
    pub(super) fn remove(&mut self, id: MessageId) {
        self.messages.retain(|known| known.message.id != id);
    }

    /// The message logged there gets no number.
    pub(super) fn refuse(&mut self, id: MessageId, log: Offset) {
        self.messages.retain(|known| known.message.id != id || known.log != log);
    }

    /// Every message that was logged before `log` has its number, or will never have one.
    pub(super) fn settle(&mut self, log: Offset) {
        self.settled = self.settled.max(log);
    }

    /// Removes the numbers up to `rev`, all of which are applied.
    pub(super) fn applied(&mut self, rev: Rev) {
        self.assigned.retain(|assigned| assigned.rev > rev);
    }

    /// Removes the messages before the settled offset. Call it only while no change is missing: a message
    /// stays where a person sees it until its number is here.
    pub(super) fn remove_settled(&mut self) {
        self.messages.retain(|known| known.log >= self.settled);
    }
}
