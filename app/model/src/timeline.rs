//! One room as one client holds it: the reducer that turns live changes, fetched changes and pages
//! of history, in any order and any number of times, into the room's true state.
//!
//! Messages carry dense numbers, so what is missing shows by itself: a number without a message is
//! a hole, and stays one until it is filled. docs/TIMELINE.md draws the positions and how they move.

mod unnumbered;

use std::ops::RangeInclusive;

pub use unnumbered::Unnumbered;
use unnumbered::UnnumberedMessages;

use crate::{
    id::{MessageId, RoomId},
    messages::{Message, Page},
    number::{Offset, Rev, Seq},
    sort::sort_by_key,
    wire::{Change, Item, Stored},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Every change up to here has been applied …
    applied: Rev,
    /// … but for those of a page of history that is older, which may lack them.
    stale: Option<Stale>,
    /// The newest change known to exist.
    head: Rev,
    /// The newest message at `applied`. A later one is news, even if a page of history ran ahead of
    /// the changes, and `last_seq` with it.
    applied_seq: Seq,
    /// The newest message that was ever here, or was here when the room was first heard of.
    last_seq: Seq,
    /// By `seq`.
    messages: Vec<Message>,
    /// Changes that came before the ones they follow, by `rev`.
    held: Vec<Change>,
    /// Messages that are durable and have no number yet.
    unnumbered: UnnumberedMessages,
}

/// What a page of history may lack: the changes after `after`, up to `upto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stale {
    after: Rev,
    upto: Rev,
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
        let messages = last.into_iter().collect();
        Self { applied: rev, applied_seq: last_seq, head: rev, last_seq, messages, ..Self::default() }
    }

    /// A room as it was put away: `messages` is what [`Timeline::tail`] gave at `rev`.
    pub fn restore(rev: Rev, mut messages: Vec<Message>) -> Self {
        sort_by_key(&mut messages, |message| message.seq);
        messages.dedup_by_key(|message| message.seq);
        let last = messages.last().map_or(Seq::ZERO, |message| message.seq);
        Self { applied: rev, applied_seq: last, head: rev, last_seq: last, messages, ..Self::default() }
    }

    /// The last change applied.
    pub fn rev(&self) -> Rev {
        self.applied
    }

    /// This client's position in the room: every change up to here is in all that it holds.
    pub fn position(&self) -> Rev {
        self.stale.map_or(self.applied, |stale| stale.after.min(self.applied))
    }

    /// From here on only what is certain counts: what a page of history may lack is asked for again.
    pub fn disconnected(&mut self) {
        self.applied = self.position();
        self.stale = None;
    }

    /// Takes over what is known better of the messages that are here too.
    pub fn freshen_with(&mut self, messages: &[Message]) {
        for message in messages {
            if self.place(message.seq).is_ok() {
                self.put(message.clone());
            }
        }
    }

    /// The newest change known to exist.
    pub fn head(&self) -> Rev {
        self.head
    }

    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// The loaded messages, oldest first. Where the numbers skip, there is a hole.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The messages without a number, in the order in which they will be numbered.
    pub fn unnumbered(&self) -> &[Unnumbered] {
        self.unnumbered.messages()
    }

    /// The loaded messages with these numbers, oldest first.
    pub fn range(&self, seqs: RangeInclusive<Seq>) -> &[Message] {
        let from = self.messages.partition_point(|message| message.seq < *seqs.start());
        let upto = self.messages.partition_point(|message| message.seq <= *seqs.end());
        self.messages.get(from..upto).unwrap_or_default()
    }

    /// The loaded messages from this number on, oldest first.
    pub fn since(&self, seq: Seq) -> &[Message] {
        self.range(seq..=self.last_seq)
    }

    pub fn get(&self, seq: Seq) -> Option<&Message> {
        self.place(seq).ok().map(|place| &self.messages[place])
    }

    pub fn last(&self) -> Option<&Message> {
        self.get(self.last_seq)
    }

    /// The oldest message of the run without holes that ends in the newest, if that is loaded.
    pub fn tail_start(&self) -> Option<Seq> {
        let mut start = None;
        let mut expected = self.last_seq;
        for message in self.messages.iter().rev() {
            if message.seq != expected {
                break;
            }
            start = Some(expected);
            expected = Seq(expected.0 - 1);
        }
        start
    }

    /// At most `limit` messages without a hole that end in the newest at [`Timeline::rev`], oldest
    /// first: what to put away with [`Timeline::position`], so that nothing more is claimed later than
    /// was held.
    pub fn tail(&self, limit: usize) -> Vec<Message> {
        let mut tail = Vec::new();
        let mut expected = self.applied_seq;
        for message in self.range(Seq::ZERO..=self.applied_seq).iter().rev().take(limit) {
            if message.seq != expected {
                break;
            }
            tail.push(message.clone());
            expected = Seq(expected.0 - 1);
        }
        tail.reverse();
        tail
    }

    /// The position to fetch from, if a change is known to be missing.
    pub fn missing(&self) -> Option<Rev> {
        Some(self.position()).filter(|position| self.head > *position)
    }

    /// A change seen live: applied if it is the next, dropped if it is old, held if it is early.
    pub fn apply(&mut self, change: Change) {
        self.hear(change.rev);
        if change.rev <= self.applied {
            return;
        }
        // One that is held already is the same change.
        if let Err(place) = self.held.binary_search_by_key(&change.rev, |held| held.rev) {
            self.held.insert(place, change);
        }
        self.drain();
    }

    /// A message that is durable and has no number yet. Of two copies of an id the one that was
    /// logged first stands.
    pub fn log(&mut self, room: RoomId, log: Offset, message: Message) {
        if let Some((seq, rev)) = self.unnumbered.assigned(message.id, log) {
            self.number(room, message.numbered(seq, rev));
        } else if !self.holds(message.id) {
            self.unnumbered.add(log, message);
        }
    }

    /// The numbers of logged messages.
    pub fn store(&mut self, stored: Stored) {
        let Stored { room, seq, rev, log, ids } = stored;
        for (place, (id, log)) in (0..).zip(ids) {
            let (seq, rev) = (Seq(seq.0 + place), Rev(rev.0 + place));
            self.hear(rev);
            if let Some(message) = self.unnumbered.assign(id, log, seq, rev) {
                self.number(room, message);
            }
        }
        self.settle(log);
    }

    /// A logged message has its number.
    fn number(&mut self, room: RoomId, message: Message) {
        self.apply(Change { room, rev: message.rev, item: Item::Message { message } });
    }

    /// Where the log has been numbered up to, once all those numbers are here.
    pub fn settled(&self) -> Option<Offset> {
        self.missing().is_none().then_some(self.unnumbered.settled())
    }

    /// What was logged before `log` has its number or never gets one.
    pub fn settle(&mut self, log: Offset) {
        self.unnumbered.settle(log);
        self.sweep();
    }

    /// Lets go of what has been numbered, or never will be.
    fn sweep(&mut self) {
        self.unnumbered.applied(self.applied);
        if self.missing().is_none() {
            self.unnumbered.remove_settled();
        }
    }

    /// A message without a number turned out not to stand.
    pub fn refuse(&mut self, id: MessageId, log: Offset) {
        self.unnumbered.refuse(id, log);
    }

    /// A loaded message that has its number. Looked for from the end, where it mostly is.
    pub fn find(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.id == id)
    }

    /// Whether a message has its number here.
    pub fn holds(&self, id: MessageId) -> bool {
        self.find(id).is_some()
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
        if changes.after > self.applied {
            return;
        }
        // By number: they come by change, and one that is new may have changed after a newer one came.
        let mut messages = changes.messages;
        sort_by_key(&mut messages, |message| message.seq);
        for message in messages {
            self.hear(message.rev);
            self.take(message);
        }
        self.freshen(changes.after, changes.upto);
        self.catch_up(changes.upto);
    }

    /// Every change in this range is in what is held.
    fn freshen(&mut self, after: Rev, upto: Rev) {
        let Some(stale) = &mut self.stale else { return };
        if after <= stale.after && upto > stale.after {
            stale.after = upto;
        }
        self.stale = self.stale.filter(|stale| stale.after < stale.upto);
    }

    /// Whether the server has not come as far as this client asked from: it was set back to an
    /// earlier state, and its word counts.
    pub fn is_set_back(&self, changes: &Changes) -> bool {
        changes.limited && changes.after > changes.upto && changes.after == self.applied
    }

    /// Too much was missed to be told. What was loaded may have been edited since: better gone than
    /// stale.
    fn start_over(&mut self, changes: Changes) {
        if self.is_set_back(&changes) {
            *self = Self::default();
        }
        if changes.upto < self.applied || (changes.upto == self.applied && self.stale.is_none()) {
            return;
        }
        self.hear(changes.upto);
        self.stale = None;
        self.messages.clear();
        for message in changes.messages {
            self.hear(message.rev);
            self.applied_seq = self.applied_seq.max(message.seq);
            self.unnumbered.remove(message.id);
            self.put(message);
        }
        self.catch_up(changes.upto);
    }

    fn catch_up(&mut self, upto: Rev) {
        self.applied = self.applied.max(upto);
        self.held.retain(|change| change.rev > self.applied);
        self.drain();
    }

    /// A page of history. Returns the position to fetch from when the page is older than what is
    /// held here: what changed in it since is not in it.
    pub fn page(&mut self, page: Page) -> Option<Rev> {
        self.hear(page.rev);
        for message in page.messages {
            self.hear(message.rev);
            self.unnumbered.remove(message.id);
            self.put(message);
        }
        if page.rev >= self.applied {
            return None;
        }
        let after = self.stale.map_or(page.rev, |stale| stale.after.min(page.rev));
        self.stale = Some(Stale { after, upto: self.applied });
        Some(after)
    }

    fn drain(&mut self) {
        let mut follows = self.applied;
        let ready = self.held.iter().take_while(|change| {
            follows = follows.next();
            change.rev == follows
        });
        let ready = ready.count();
        for change in self.held.drain(..ready).collect::<Vec<_>>() {
            self.applied = change.rev;
            if let Item::Message { message } = change.item {
                self.take(message);
            }
        }
        self.sweep();
    }

    /// Keeps a changed message if it is new or loaded; an old one that is not loaded comes with its
    /// page.
    fn take(&mut self, message: Message) {
        self.unnumbered.remove(message.id);
        if message.seq > self.applied_seq || self.place(message.seq).is_ok() {
            self.applied_seq = self.applied_seq.max(message.seq);
            self.put(message);
        }
    }

    fn put(&mut self, message: Message) {
        self.last_seq = self.last_seq.max(message.seq);
        match self.place(message.seq) {
            Ok(place) if self.messages[place].rev < message.rev => self.messages[place] = message,
            Ok(_) => {}
            Err(place) => self.messages.insert(place, message),
        }
    }

    /// Where a number is, or where it belongs.
    fn place(&self, seq: Seq) -> Result<usize, usize> {
        self.messages.binary_search_by_key(&seq, |message| message.seq)
    }
}
