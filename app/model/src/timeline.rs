//! One room as one client holds it: the reducer that turns live changes, fetched changes and pages
//! of history, in any order and any number of times, into the room's true state.
//!
//! Messages carry dense numbers, so what is missing shows by itself: a number without a message is
//! a hole, and stays one until it is filled.

use std::collections::BTreeMap;

use crate::{
    messages::{Message, Page},
    number::{Rev, Seq},
    wire::{Change, Item},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Every change up to here has been applied.
    rev: Rev,
    /// The newest change known to exist.
    head: Rev,
    /// The newest message that was ever here, or was here when the room was first heard of.
    last_seq: Seq,
    /// The newest message at `rev`. A later one is news, even if a page of history ran ahead of
    /// the changes and `last_seq` with it.
    seen: Seq,
    messages: BTreeMap<Seq, Message>,
    /// Changes that came before the ones they follow.
    held: BTreeMap<Rev, Change>,
}

/// A fetched answer: see [`crate::wire::ServerFrame::Changes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub after: Rev,
    pub upto: Rev,
    pub limited: bool,
    pub messages: Vec<Message>,
}

impl Timeline {
    /// A room of which only the heads and perhaps the newest message are known.
    pub fn new(rev: Rev, last_seq: Seq, last: Option<Message>) -> Self {
        let messages = last.into_iter().map(|message| (message.seq, message)).collect();
        Self { rev, head: rev, last_seq, seen: last_seq, messages, held: BTreeMap::new() }
    }

    /// A room as it was put away: `messages` is what [`Timeline::tail`] gave at `rev`.
    pub fn restore(rev: Rev, messages: Vec<Message>) -> Self {
        let last = messages.last().map_or(Seq::ZERO, |message| message.seq);
        let messages = messages.into_iter().map(|message| (message.seq, message)).collect();
        Self { rev, head: rev, last_seq: last, seen: last, messages, held: BTreeMap::new() }
    }

    /// The last change applied: this client's position in the room.
    pub fn rev(&self) -> Rev {
        self.rev
    }

    /// The newest change known to exist.
    pub fn head(&self) -> Rev {
        self.head
    }

    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// The loaded messages, oldest first. Where the numbers skip, there is a hole.
    pub fn messages(&self) -> &BTreeMap<Seq, Message> {
        &self.messages
    }

    pub fn last(&self) -> Option<&Message> {
        self.messages.get(&self.last_seq)
    }

    /// The oldest message of the run without holes that ends in the newest, if that is loaded.
    pub fn tail_start(&self) -> Option<Seq> {
        let mut start = None;
        let mut expected = self.last_seq;
        for seq in self.messages.keys().rev() {
            if *seq != expected {
                break;
            }
            start = Some(*seq);
            expected = Seq(seq.0 - 1);
        }
        start
    }

    /// At most `limit` messages without a hole that end in the newest at [`Timeline::rev`], oldest
    /// first: what to put away, so that nothing more is claimed later than was held.
    pub fn tail(&self, limit: usize) -> Vec<Message> {
        let mut tail = Vec::new();
        let mut expected = self.seen;
        for (seq, message) in self.messages.range(..=self.seen).rev().take(limit) {
            if *seq != expected {
                break;
            }
            tail.push(message.clone());
            expected = Seq(seq.0 - 1);
        }
        tail.reverse();
        tail
    }

    /// The position to fetch from, if a change is known to be missing.
    pub fn missing(&self) -> Option<Rev> {
        (self.head > self.rev).then_some(self.rev)
    }

    /// A change seen live: applied if it is the next, dropped if it is old, held if it is early.
    pub fn apply(&mut self, change: Change) {
        self.hear(change.rev);
        if change.rev <= self.rev {
            return;
        }
        self.held.insert(change.rev, change);
        self.drain();
    }

    /// The newest change is said to be `rev`.
    pub fn hear(&mut self, rev: Rev) {
        self.head = self.head.max(rev);
    }

    /// The answer to a fetch. One that does not join what is held here is ignored.
    pub fn fill(&mut self, changes: Changes) {
        if changes.limited {
            return self.start_over(changes);
        }
        self.hear(changes.upto);
        if changes.after > self.rev {
            return;
        }
        for message in changes.messages {
            self.hear(message.rev);
            self.take(message);
        }
        self.catch_up(changes.upto);
    }

    /// Whether the server has not come as far as this client asked from: it was set back to an
    /// earlier state, and its word counts.
    pub fn is_set_back(&self, changes: &Changes) -> bool {
        changes.limited && changes.after > changes.upto && changes.after == self.rev
    }

    /// Too much was missed to be told. What was loaded may have been edited since: better gone than
    /// stale.
    fn start_over(&mut self, changes: Changes) {
        if self.is_set_back(&changes) {
            *self = Self::default();
        }
        if changes.upto <= self.rev {
            return;
        }
        self.hear(changes.upto);
        self.messages.clear();
        for message in changes.messages {
            self.hear(message.rev);
            self.seen = self.seen.max(message.seq);
            self.put(message);
        }
        self.catch_up(changes.upto);
    }

    fn catch_up(&mut self, upto: Rev) {
        self.rev = self.rev.max(upto);
        self.held = self.held.split_off(&self.rev.next());
        self.drain();
    }

    /// A page of history. Returns the position to fetch from when the page is older than what is
    /// held here: what changed in it since is not in it.
    pub fn page(&mut self, page: Page) -> Option<Rev> {
        self.hear(page.rev);
        for message in page.messages {
            self.hear(message.rev);
            self.put(message);
        }
        (page.rev < self.rev).then_some(page.rev)
    }

    fn drain(&mut self) {
        while let Some(change) = self.held.remove(&self.rev.next()) {
            self.rev = change.rev;
            if let Item::Message { message } = change.item {
                self.take(message);
            }
        }
    }

    /// Keeps a changed message if it is new or loaded; an old one that is not loaded comes with its
    /// page.
    fn take(&mut self, message: Message) {
        if message.seq > self.seen || self.messages.contains_key(&message.seq) {
            self.seen = self.seen.max(message.seq);
            self.put(message);
        }
    }

    fn put(&mut self, message: Message) {
        self.last_seq = self.last_seq.max(message.seq);
        let known = self.messages.get(&message.seq).map(|known| known.rev);
        if known.is_none_or(|rev| rev < message.rev) {
            self.messages.insert(message.seq, message);
        }
    }
}
