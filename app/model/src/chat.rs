//! Everything one signed-in client knows: the reducer above the rooms' timelines and the outbox.
//! The browser, the load generator and the property tests run this same code.

use crate::{
    error::Error,
    id::{MessageId, RoomId, UserId},
    limits::{CATCH_UP, CURSOR_ROOMS},
    messages::{Accepted, Logged, Message, Page},
    number::{Offset, Rev, Seq, Timestamp},
    outbox::{Outbox, Pending},
    rooms::{Mark, Room},
    timeline::{Changes, Timeline},
    vec_map::VecMap,
    wire::{Change, ClientFrame, Item, Position, ServerFrame, Stored},
};

/// A room and its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub room: Room,
    pub timeline: Timeline,
    /// One's own marks (delivered, read) that the server is known to have …
    confirmed: (Seq, Seq),
    /// … and those it has been told on this connection.
    told: (Seq, Seq),
}

/// No marks at all.
const NOTHING: (Seq, Seq) = (Seq::ZERO, Seq::ZERO);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    me: UserId,
    rooms: VecMap<RoomId, Conversation>,
    outbox: Outbox,
    caught_up: bool,
}

impl Chat {
    pub fn new(me: UserId) -> Self {
        Self { me, rooms: VecMap::new(), outbox: Outbox::default(), caught_up: false }
    }

    pub fn me(&self) -> UserId {
        self.me
    }

    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub fn conversation(&self, room: RoomId) -> Option<&Conversation> {
        self.rooms.get(&room)
    }

    /// The rooms, the most recently active first.
    pub fn rooms(&self) -> Vec<&Room> {
        let mut rooms: Vec<&Room> = self.rooms.values().map(|conversation| &conversation.room).collect();
        rooms.sort_by_key(|room| std::cmp::Reverse((room.active_at(), room.id)));
        rooms
    }

    /// Whether everything that had happened when the connection was opened is here.
    pub fn is_caught_up(&self) -> bool {
        self.caught_up
    }

    /// What to say first on a new connection.
    pub fn hello(&self) -> ClientFrame {
        let newest = self.rooms().into_iter().take(CURSOR_ROOMS);
        let position = |room: &Room| Position {
            rev: self.rooms[&room.id].timeline.rev(),
            marks: Some(self.rooms[&room.id].marks_sum(self.me)),
        };
        let cursor = newest.map(|room| (room.id, position(room))).collect();
        ClientFrame::Hello { version: crate::limits::PROTOCOL_VERSION, cursor }
    }

    /// The connection is gone.
    pub fn disconnected(&mut self) {
        self.caught_up = false;
        self.outbox.disconnected();
        self.repeat_marks();
    }

    /// A message composed here, or read back from disk.
    pub fn compose(&mut self, pending: Pending) {
        if !self.holds(pending.room, pending.id) {
            self.outbox.push(pending);
        }
    }

    /// What the disk holds of the outbox: composed in another tab, or its state changed there.
    pub fn adopt(&mut self, pending: Pending) {
        if !self.holds(pending.room, pending.id) {
            self.outbox.adopt(pending);
        }
    }

    /// A held message may leave.
    pub fn release(&mut self, id: MessageId) {
        self.outbox.release(id);
    }

    pub fn retry(&mut self, id: MessageId) {
        self.outbox.retry(id);
    }

    pub fn discard(&mut self, id: MessageId) {
        self.outbox.remove(id);
    }

    /// Messages of a room that are shown as on their way: without those that stand in its timeline.
    pub fn waiting(&self, room: RoomId) -> impl Iterator<Item = &Pending> {
        let live = self.rooms.get(&room).map_or(&[][..], |conversation| conversation.timeline.live());
        self.outbox.in_room(room).filter(|pending| live.iter().all(|live| live.message.id != pending.id))
    }

    /// The frames that may leave now. None before the client is caught up.
    pub fn sends(&mut self) -> Vec<ClientFrame> {
        if !self.caught_up {
            return Vec::new();
        }
        let send =
            |pending: Pending| ClientFrame::Send { room: pending.room, id: pending.id, body: pending.body };
        self.outbox.take_ready().into_iter().map(send).collect()
    }

    /// Fetches for the holes that are known. Ask after [`crate::limits::GAP_MS`], not at once: most
    /// holes are changes that overtook each other.
    pub fn fetches(&self) -> Vec<ClientFrame> {
        let missing = |(room, conversation): (&RoomId, &Conversation)| {
            let after = conversation.timeline.missing()?;
            Some(ClientFrame::Fetch { room: *room, after })
        };
        self.rooms.iter().filter_map(missing).collect()
    }

    /// A question that the server always answers, to see whether it is there.
    pub fn probe(&self) -> Option<ClientFrame> {
        let (room, conversation) = self.rooms.first()?;
        Some(ClientFrame::Fetch { room: *room, after: conversation.timeline.rev() })
    }

    /// A room as the server describes it: from the page, or from a `room` frame.
    pub fn room(&mut self, room: Room) {
        if let Some(conversation) = self.rooms.get_mut(&room.id) {
            conversation.merge(room, self.me);
            return;
        }
        let mut timeline = Timeline::new(room.rev, room.last_seq, room.last.clone());
        timeline.settle(room.log);
        let confirmed = room.mark(self.me).map_or(NOTHING, |mark| (mark.delivered, mark.read));
        self.rooms.insert(room.id, Conversation { room, timeline, confirmed, told: confirmed });
    }

    /// A room as it was put away: `messages` is what [`Timeline::tail`] gave at `rev`. Where the
    /// page of the server holds more than the newest message, that stands; otherwise the room
    /// starts where it was left, and `hello` asks for what came since.
    pub fn restore(&mut self, room: Room, rev: Rev, messages: Vec<Message>) {
        let known = self.rooms.get_or_insert_with(room.id, || {
            let timeline = Timeline::restore(rev, Vec::new());
            Conversation { room: room.clone(), timeline, confirmed: NOTHING, told: NOTHING }
        });
        known.restore(rev, messages);
        known.merge_older(room, self.me);
    }

    /// A page of history. Returns a fetch when the page is older than what is held here.
    pub fn page(&mut self, page: Page) -> Option<ClientFrame> {
        let room = page.room;
        for message in &page.messages {
            self.outbox.remove(message.id);
        }
        let conversation = self.rooms.get_mut(&room)?;
        let after = conversation.timeline.page(page);
        self.refresh(room);
        after.map(|after| ClientFrame::Fetch { room, after })
    }

    /// A frame from the server.
    pub fn receive(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Room { room } => self.room(room),
            ServerFrame::Left { room } => {
                self.rooms.remove(&room);
            }
            ServerFrame::Changes { room, after, upto, limited, messages, marks, log } => {
                self.changes(room, Changes { after, upto, limited, messages }, marks, log);
            }
            ServerFrame::Change(change) => self.change(change),
            ServerFrame::Live { room, log, message } => self.live(room, log, message),
            ServerFrame::Stored(stored) => self.stored(stored),
            ServerFrame::Logged(logged) => self.logged(logged),
            ServerFrame::CaughtUp => self.caught_up = true,
            ServerFrame::Accepted(accepted) => self.accepted(accepted),
            ServerFrame::Rejected { room, id, error, log } => self.rejected(room, id, error, log),
            ServerFrame::Mark { room, mark } => self.raise(room, &[mark]),
            ServerFrame::Beat { heads } => self.heads(heads),
            ServerFrame::Welcome { .. } | ServerFrame::Error { .. } | ServerFrame::Unknown => {}
        }
    }

    /// The person has seen everything up to `seq`. True if that is news, for [`Chat::marks`].
    pub fn read_upto(&mut self, room: RoomId, seq: Seq) -> bool {
        let me = self.me;
        let Some(conversation) = self.rooms.get_mut(&room) else { return false };
        let known = conversation.room.mark(me).map_or(Seq::ZERO, |mark| mark.read);
        let seq = seq.min(conversation.timeline.last_seq());
        if seq <= known {
            return false;
        }
        conversation.room.raise(Mark { user: me, delivered: seq, read: seq, mine: 0, upto: seq });
        conversation.refresh(me);
        true
    }

    /// The marks the server has not been told on this connection: what was read, and what has
    /// reached this device. Call it a little later than at once: one mark covers many messages.
    pub fn marks(&mut self) -> Vec<ClientFrame> {
        if !self.caught_up {
            return Vec::new();
        }
        let me = self.me;
        self.rooms.values_mut().filter_map(|conversation| conversation.report(me)).collect()
    }

    /// What the server was told and did not confirm may be lost: [`Chat::marks`] tells it again.
    pub fn repeat_marks(&mut self) {
        for conversation in self.rooms.values_mut() {
            conversation.told = conversation.confirmed;
        }
    }

    fn change(&mut self, change: Change) {
        let room = change.room;
        if let Item::Message { message } = &change.item {
            self.outbox.place(message.id, change.rev);
        }
        if let Some(conversation) = self.rooms.get_mut(&room) {
            conversation.timeline.apply(change);
        }
        self.refresh(room);
    }

    /// A message that has no number yet: shown below the others, until it gets one.
    fn live(&mut self, room: RoomId, log: Offset, message: Message) {
        let ours = |pending: &Pending| (pending.room, &pending.body) == (room, &message.body);
        if message.sender == self.me && self.outbox.get(message.id).is_some_and(ours) {
            self.outbox.log(message.id, log);
        }
        if let Some(conversation) = self.rooms.get_mut(&room) {
            conversation.timeline.log(room, log, message);
        }
        self.refresh(room);
    }

    fn stored(&mut self, stored: Stored) {
        let room = stored.room;
        if let Some(conversation) = self.rooms.get_mut(&room) {
            conversation.timeline.store(stored);
        }
        self.refresh(room);
    }

    /// The answer may overtake the live copy.
    fn logged(&mut self, logged: Logged) {
        let Logged { room, id, log, at } = logged;
        let Some(pending) = self.outbox.get(id) else { return };
        let body = pending.body.clone();
        let message = Message { id, seq: Seq::ZERO, rev: Rev::ZERO, sender: self.me, at, body };
        self.live(room, log, message);
    }

    fn rejected(&mut self, room: RoomId, id: MessageId, error: Error, log: Option<Offset>) {
        if let (Some(log), Some(conversation)) = (log, self.rooms.get_mut(&room)) {
            conversation.timeline.refuse(id, log);
        }
        self.outbox.refuse(id, error, log);
    }

    fn changes(&mut self, room: RoomId, changes: Changes, marks: Vec<Mark>, log: Offset) {
        for message in &changes.messages {
            self.outbox.remove(message.id);
        }
        let Some(conversation) = self.rooms.get_mut(&room) else { return };
        if conversation.timeline.is_set_back(&changes) {
            conversation.forget_heads();
        }
        conversation.timeline.fill(changes);
        conversation.timeline.settle(log);
        self.raise(room, &marks);
    }

    /// Marks as the server has them.
    fn raise(&mut self, room: RoomId, marks: &[Mark]) {
        if let Some(conversation) = self.rooms.get_mut(&room) {
            conversation.raise(marks, self.me);
        }
        self.refresh(room);
    }

    /// The answer may overtake the live copy: the message then takes its place at once, or as soon
    /// as what lies before it is here.
    fn accepted(&mut self, accepted: Accepted) {
        let Accepted { room, id, seq, rev, at } = accepted;
        let Some(pending) = self.outbox.get(id) else { return };
        let message = Message { id, seq, rev, sender: self.me, at, body: pending.body.clone() };
        self.change(Change { room, rev, item: Item::Message { message } });
    }

    /// Brings a room's heads and the outbox up to its timeline: no message is in both.
    fn refresh(&mut self, room: RoomId) {
        let waiting: Vec<MessageId> = self.outbox.in_room(room).map(|pending| pending.id).collect();
        for id in waiting {
            if self.holds(room, id) {
                self.outbox.remove(id);
            }
        }
        let Some(conversation) = self.rooms.get_mut(&room) else {
            // Nothing is shown of this room: what is durable is done.
            return self.outbox.settle(room, Rev(i64::MAX));
        };
        conversation.refresh(self.me);
        self.outbox.settle(room, conversation.timeline.rev());
        if let Some(log) = conversation.timeline.settled() {
            self.outbox.ask_again(room, log);
        }
    }

    fn heads(&mut self, heads: VecMap<RoomId, Rev>) {
        for (room, rev) in heads {
            if let Some(conversation) = self.rooms.get_mut(&room) {
                conversation.timeline.hear(rev);
            }
        }
    }

    fn holds(&self, room: RoomId, id: MessageId) -> bool {
        self.rooms.get(&room).is_some_and(|conversation| conversation.timeline.holds(id))
    }
}

impl Conversation {
    /// The newest message that anybody may see here, numbered or not.
    pub fn newest(&self) -> Option<&Message> {
        let live = self.timeline.live().last().map(|live| &live.message);
        live.or(self.room.last.as_ref())
    }

    /// When something last happened.
    pub fn active_at(&self) -> Timestamp {
        self.newest().map_or(self.room.created_at, |message| message.at)
    }

    /// Takes over what the server says of the room. Heads ahead of the timeline show as missing.
    fn merge(&mut self, room: Room, me: UserId) {
        self.timeline.hear(room.rev);
        self.timeline.settle(room.log);
        self.raise(&room.marks, me);
        let known = std::mem::replace(&mut self.room, room);
        self.merge_older(known, me);
    }

    /// Takes over what an older description of the room knows better.
    fn merge_older(&mut self, room: Room, me: UserId) {
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
    fn restore(&mut self, rev: Rev, messages: Vec<Message>) {
        let head = self.timeline.head();
        let fresh = self.timeline.messages().len() > 1;
        let far = head.0 - rev.0 > CATCH_UP;
        if fresh || far || messages.len() <= self.timeline.messages().len() {
            return self.timeline.hear(rev);
        }
        self.timeline = Timeline::restore(rev, messages);
        self.timeline.hear(head);
    }

    /// What another instance's numbers said.
    fn forget_heads(&mut self) {
        self.room.rev = Rev::ZERO;
        self.room.last_seq = Seq::ZERO;
        self.room.last = None;
        self.room.marks.clear();
        (self.confirmed, self.told) = (NOTHING, NOTHING);
    }

    /// The sum for the cursor: of what the server told. With what it has not confirmed the sum
    /// could by chance be that of a state in which somebody else's mark rose.
    fn marks_sum(&self, me: UserId) -> i64 {
        let others: Vec<Mark> = self.room.marks.iter().filter(|mark| mark.user != me).copied().collect();
        crate::rooms::marks_sum(&others) + self.confirmed.0.0 + self.confirmed.1.0
    }

    fn raise(&mut self, marks: &[Mark], me: UserId) {
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
    fn refresh(&mut self, me: UserId) {
        self.room.rev = self.room.rev.max(self.timeline.rev());
        self.room.last_seq = self.room.last_seq.max(self.timeline.last_seq());
        if let Some(last) = self.timeline.get(self.room.last_seq) {
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

    fn report(&mut self, me: UserId) -> Option<ClientFrame> {
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
