//! One room as its reader sees it: what the server says of it, brought together with its messages.

use crate::{
    id::UserId,
    limits::CATCH_UP,
    messages::Message,
    number::{Rev, Seq, Timestamp},
    rooms::{Mark, Members, Room},
    timeline::Timeline,
    wire::ClientFrame,
};

/// No marks at all.
const NOTHING: (Seq, Seq) = (Seq::ZERO, Seq::ZERO);

/// A room and its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub room: Room,
    pub timeline: Timeline,
    /// The change at which [`Room::members`] were so.
    members_at: Rev,
    /// One's own marks (delivered, read) that the server is known to have …
    confirmed: (Seq, Seq),
    /// … and those it has been told on this connection.
    told: (Seq, Seq),
}

impl Conversation {
    /// A room as the server describes it.
    pub(super) fn new(room: Room, me: UserId) -> Self {
        let mut timeline = Timeline::new(room.rev, room.last_seq, room.last.clone());
        timeline.settle(room.log);
        let confirmed = room.mark(me).map_or(NOTHING, |mark| (mark.delivered, mark.read));
        let members_at = room.rev;
        Self { room, timeline, members_at, confirmed, told: confirmed }
    }

    /// A room as it was put away at `rev`, without its messages: what the server has been told is not
    /// known any more.
    pub(super) fn kept(room: Room, rev: Rev) -> Self {
        let timeline = Timeline::restore(rev, Vec::new());
        Self { room, timeline, members_at: rev, confirmed: NOTHING, told: NOTHING }
    }

    /// What the server did not confirm may be lost.
    pub(super) fn forget_told(&mut self) {
        self.told = self.confirmed;
    }

    /// The newest message that anybody may see here, numbered or not.
    pub fn newest(&self) -> Option<&Message> {
        let unnumbered = self.timeline.unnumbered().last().map(|last| &last.message);
        unnumbered.or(self.room.last.as_ref())
    }

    /// When something last happened.
    pub fn active_at(&self) -> Timestamp {
        self.newest().map_or(self.room.created_at, |message| message.at)
    }

    /// Takes over what the server says of the room. Heads ahead of the timeline show as missing.
    pub(super) fn merge(&mut self, mut room: Room, me: UserId) {
        self.timeline.hear(room.rev);
        self.timeline.settle(room.log);
        self.raise(&room.marks, me);
        self.members(room.rev, room.members());
        room.set_members(self.room.members());
        let known = std::mem::replace(&mut self.room, room);
        self.merge_older(known, me);
    }

    /// Who was in the room at a change: of two answers the newer stands.
    pub(super) fn members(&mut self, rev: Rev, members: Members) {
        if rev >= self.members_at {
            self.members_at = rev;
            self.room.set_members(members);
        }
    }

    /// The same, as it was put away; of the same change what the server tells now stands.
    pub(super) fn remember_members(&mut self, rev: Rev, members: Members) {
        if rev > self.members_at {
            self.members(rev, members);
        }
    }

    /// Takes over what an older description of the room knows better.
    pub(super) fn merge_older(&mut self, room: Room, me: UserId) {
        for mark in room.marks {
            self.room.raise(mark);
        }
        if room.last_seq > self.room.last_seq {
            self.room.last_seq = room.last_seq;
            self.room.last = room.last;
        }
        self.room.rev = self.room.rev.max(room.rev);
        self.refresh(me);
    }

    /// Starts where the room was left, if that is worth it: the server tells no more than
    /// [`CATCH_UP`] changes, and what the page shows is not taken back.
    pub(super) fn restore(&mut self, rev: Rev, messages: Vec<Message>) {
        let head = self.timeline.head();
        let fresh = self.timeline.messages().len() > 1;
        let far = head.0 - rev.0 > CATCH_UP;
        if fresh || far || messages.len() <= self.timeline.messages().len() {
            return self.timeline.hear(rev);
        }
        let here = std::mem::replace(&mut self.timeline, Timeline::restore(rev, messages));
        // What the page brought is newer: what was deleted meanwhile does not come back for a moment.
        self.timeline.freshen_with(here.messages());
        self.timeline.hear(head);
    }

    /// What another instance's numbers said.
    pub(super) fn forget_heads(&mut self) {
        self.members_at = Rev::ZERO;
        self.room.rev = Rev::ZERO;
        self.room.last_seq = Seq::ZERO;
        self.room.last = None;
        self.room.marks.clear();
        (self.confirmed, self.told) = (NOTHING, NOTHING);
    }

    /// The sum for the cursor: of what the server told. With what it has not confirmed the sum
    /// could by chance be that of a state in which somebody else's mark rose.
    pub(super) fn marks_sum(&self, me: UserId) -> i64 {
        let others: Vec<Mark> = self.room.marks.iter().filter(|mark| mark.user != me).copied().collect();
        crate::rooms::marks_sum(&others) + self.confirmed.0.0 + self.confirmed.1.0
    }

    pub(super) fn raise(&mut self, marks: &[Mark], me: UserId) {
        for mark in marks {
            self.room.raise(*mark);
            if mark.user == me {
                let (delivered, read) = self.confirmed;
                self.confirmed = (delivered.max(mark.delivered), read.max(mark.read));
                self.told = (self.told.0.max(self.confirmed.0), self.told.1.max(self.confirmed.1));
            }
        }
    }

    /// Brings the room's heads up to its timeline, and counts messages of one's own that came
    /// since the last count out of the unread.
    pub(super) fn refresh(&mut self, me: UserId) {
        self.room.rev = self.room.rev.max(self.timeline.rev());
        self.room.last_seq = self.room.last_seq.max(self.timeline.last_seq());
        if let Some(last) = self.timeline.get(self.room.last_seq)
            && self.room.last.as_ref().is_none_or(|known| known.seq < last.seq || known.rev <= last.rev)
        {
            self.room.last = Some(last.clone());
        }
        let Some(mark) = self.room.marks.iter_mut().find(|mark| mark.user == me) else { return };
        // Only as far as there is no hole: what is not here was not counted.
        for message in self.timeline.since(mark.upto.next()) {
            if message.seq != mark.upto.next() {
                break;
            }
            mark.upto = message.seq;
            mark.mine += i64::from(message.sender == me);
        }
    }

    pub(super) fn report(&mut self, me: UserId) -> Option<ClientFrame> {
        let last = self.timeline.last_seq();
        let foreign = self.timeline.last().is_some_and(|message| message.sender != me);
        let mark = self.room.marks.iter_mut().find(|mark| mark.user == me)?;
        if foreign {
            mark.delivered = mark.delivered.max(last);
        }
        let marks = (mark.delivered, mark.read);
        if marks.0 <= self.told.0 && marks.1 <= self.told.1 {
            return None;
        }
        self.told = marks;
        Some(ClientFrame::Mark { room: self.room.id, delivered: marks.0, read: marks.1 })
    }
}
