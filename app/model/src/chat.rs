//! Everything one signed-in client knows: the reducer above the rooms' timelines and the outbox.
//! The browser, the load generator and the property tests run this same code.

mod conversation;

use std::borrow::Cow;

use crate::{
    error::Error,
    id::{ChangeId, MessageId, RoomId, UserId},
    limits::{CURSOR_ROOMS, PEOPLE_BY_ID},
    messages::{Accepted, Changed, Logged, Message, Page},
    number::{Offset, Rev, Seq},
    outbox::{Lane, Outbox, Pending},
    people::Person,
    rooms::{Mark, Members, Room},
    sort::sort_by_key,
    timeline::Changes,
    vec_map::VecMap,
    wire::{Change, ClientFrame, Item, Position, ServerFrame, Stored},
};
pub use conversation::Conversation;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    me: UserId,
    rooms: VecMap<RoomId, Conversation>,
    outbox: Outbox,
    caught_up: bool,
    /// Users who were looked up by their ids, since no room names them.
    looked_up: Vec<Person>,
}

impl Chat {
    pub fn new(me: UserId) -> Self {
        let (rooms, outbox, looked_up) = (VecMap::new(), Outbox::default(), Vec::new());
        Self { me, rooms, outbox, caught_up: false, looked_up }
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
        sort_by_key(&mut rooms, |room| std::cmp::Reverse((room.active_at(), room.id)));
        rooms
    }

    /// A user as the room names them, or as they were looked up.
    pub fn person<'a>(&'a self, room: &'a Room, user: UserId) -> Option<&'a Person> {
        room.person(user).or_else(|| self.looked_up.iter().find(|person| person.id == user))
    }

    /// Users whose messages or reactions are loaded, and whose names are not known: at most [`PEOPLE_BY_ID`].
    pub fn nameless(&self, room: RoomId) -> Vec<UserId> {
        let mut nameless = Vec::new();
        let Some(conversation) = self.rooms.get(&room) else { return nameless };
        for message in conversation.timeline.messages() {
            let reacted = message.reactions.iter().map(|reaction| reaction.user);
            for user in reacted.chain([message.sender]) {
                let is_known = nameless.contains(&user) || self.person(&conversation.room, user).is_some();
                if !is_known && nameless.len() < PEOPLE_BY_ID {
                    nameless.push(user);
                }
            }
        }
        nameless
    }

    /// Users as they were looked up.
    pub fn introduce(&mut self, people: Vec<Person>) {
        self.looked_up.extend(people);
    }

    /// Whether everything that had happened when the connection was opened is here.
    pub fn is_caught_up(&self) -> bool {
        self.caught_up
    }

    /// What to say first on a new connection.
    pub fn hello(&self) -> ClientFrame {
        let newest = self.rooms().into_iter().take(CURSOR_ROOMS);
        let position = |room: &Room| Position {
            rev: self.rooms[&room.id].timeline.position(),
            marks: Some(self.rooms[&room.id].marks_sum(self.me)),
        };
        let cursor = newest.map(|room| (room.id, position(room))).collect();
        ClientFrame::Hello { version: crate::limits::PROTOCOL_VERSION, cursor }
    }

    /// The connection is gone.
    pub fn disconnected(&mut self) {
        self.caught_up = false;
        self.rooms.values_mut().for_each(|conversation| conversation.timeline.disconnected());
        self.outbox.disconnected();
        self.repeat_marks();
    }

    /// A message or a change composed here, or read back from disk.
    pub fn compose(&mut self, pending: Pending) {
        if !self.is_shown(&pending) {
            self.outbox.push(pending);
        }
    }

    /// What the disk holds of the outbox: composed in another tab, or its state changed there.
    pub fn adopt(&mut self, pending: Pending) {
        if !self.is_shown(&pending) {
            self.outbox.adopt(pending);
        }
    }

    /// A held entry may leave.
    pub fn release(&mut self, id: ChangeId) {
        self.outbox.release(id);
    }

    pub fn retry(&mut self, id: ChangeId) {
        self.outbox.retry(id);
    }

    pub fn discard(&mut self, id: ChangeId) {
        self.outbox.remove(id);
    }

    /// Messages of a room that are shown as on their way: without those that stand in its timeline.
    pub fn waiting(&self, room: RoomId) -> impl Iterator<Item = &Pending> {
        let known = self.rooms.get(&room).map_or(&[][..], |conversation| conversation.timeline.unnumbered());
        let messages = self.outbox.in_room(room).filter(|pending| pending.lane() == Lane::Messages);
        messages.filter(|pending| known.iter().all(|known| known.message.id != pending.message()))
    }

    /// A message with this user's pending changes, and whether they change its text.
    pub fn with_pending<'a>(&self, message: &'a Message) -> (Cow<'a, Message>, bool) {
        let (mut shown, mut is_pending) = (Cow::Borrowed(message), false);
        for pending in self.outbox.changes_of(message.id) {
            is_pending |= pending.apply(shown.to_mut(), self.me);
        }
        (shown, is_pending)
    }

    /// The frames of a lane of the outbox that may be sent now. None before the client is caught up.
    pub fn sends(&mut self, lane: Lane) -> Vec<ClientFrame> {
        if !self.caught_up {
            return Vec::new();
        }
        self.outbox.take_ready(lane).into_iter().map(Pending::into_frame).collect()
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
        self.rooms.insert(room.id, Conversation::new(room, self.me));
    }

    /// A room as it was put away: `messages` is what [`crate::Timeline::tail`] gave at `rev`. Where the
    /// page of the server holds more than the newest message, that stands; otherwise the room
    /// starts where it was left, and `hello` asks for what came since.
    pub fn restore(&mut self, room: Room, rev: Rev, messages: Vec<Message>) {
        let known = self.rooms.get_or_insert_with(room.id, || Conversation::kept(room.clone(), rev));
        known.restore(rev, messages);
        known.remember_members(rev, room.members());
        known.merge_older(room, self.me);
    }

    /// A page of history. Returns a fetch when the page is older than what is held here.
    pub fn page(&mut self, page: Page) -> Option<ClientFrame> {
        let room = page.room;
        for message in &page.messages {
            self.outbox.remove(message.id.into());
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
            ServerFrame::Left { room } => self.leave(room),
            ServerFrame::Changes { room, after, upto, limited, messages, marks, members, log } => {
                self.changes(room, Changes { after, upto, limited, messages }, marks, log);
                self.members(room, upto, members);
            }
            ServerFrame::Change(change) => self.change(change),
            ServerFrame::Live { room, log, message } => self.live(room, log, message),
            ServerFrame::Stored(stored) => self.stored(stored),
            ServerFrame::Logged(logged) => self.logged(logged),
            ServerFrame::CaughtUp => self.caught_up = true,
            ServerFrame::Accepted(accepted) => self.accepted(accepted),
            ServerFrame::Changed(changed) => self.changed(changed),
            ServerFrame::Rejected { change: Some(change), error, .. } => {
                self.outbox.refuse(change, error, None)
            }
            ServerFrame::Rejected { room, id, error, log, .. } => self.rejected(room, id, error, log),
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
            conversation.forget_told();
        }
    }

    /// The room is no more for this person; what waits for it would never be taken.
    fn leave(&mut self, room: RoomId) {
        self.rooms.remove(&room);
        self.outbox.remove_room(room);
    }

    fn members(&mut self, room: RoomId, rev: Rev, members: Members) {
        if let Some(conversation) = self.rooms.get_mut(&room) {
            conversation.members(rev, members);
        }
    }

    fn change(&mut self, change: Change) {
        let room = change.room;
        match &change.item {
            Item::Message { message } => self.outbox.place(message.id.into(), change.rev),
            Item::Members(members) => self.members(room, change.rev, members.clone()),
            Item::Unknown => {}
        }
        if let Some(conversation) = self.rooms.get_mut(&room) {
            conversation.timeline.apply(change);
        }
        self.refresh(room);
    }

    /// A message that has no number yet: shown below the others, until it gets one.
    fn live(&mut self, room: RoomId, log: Offset, message: Message) {
        let ours = |pending: &Pending| (pending.room, pending.text()) == (room, &*message.body);
        let id = message.id.into();
        if message.sender == self.me && self.outbox.get(id).is_some_and(ours) {
            self.outbox.log(id, log);
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
        let Some(pending) = self.outbox.get(id.into()) else { return };
        let message = Message::new(id, self.me, at, pending.text());
        self.live(room, log, message);
    }

    fn rejected(&mut self, room: RoomId, id: MessageId, error: Error, log: Option<Offset>) {
        if let (Some(log), Some(conversation)) = (log, self.rooms.get_mut(&room)) {
            conversation.timeline.refuse(id, log);
        }
        self.outbox.refuse(id.into(), error, log);
    }

    /// A change of a message is applied. It stays in the outbox until the timeline has the message with this change.
    fn changed(&mut self, changed: Changed) {
        let Changed { room, change, rev } = changed;
        self.outbox.place(change, rev);
        if let Some(conversation) = self.rooms.get_mut(&room) {
            conversation.timeline.hear(rev);
        }
        self.refresh(room);
    }

    fn changes(&mut self, room: RoomId, changes: Changes, marks: Vec<Mark>, log: Offset) {
        for message in &changes.messages {
            self.outbox.remove(message.id.into());
        }
        let Some(conversation) = self.rooms.get_mut(&room) else { return };
        if conversation.timeline.is_set_back(&changes) {
            conversation.forget_heads();
            self.outbox.unplace(room);
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
        let Some(pending) = self.outbox.get(id.into()) else { return };
        let message = Message::new(id, self.me, at, pending.text()).numbered(seq, rev);
        self.change(Change { room, rev, item: Item::Message { message } });
    }

    /// Brings a room's heads and the outbox up to its timeline: no message is in both.
    fn refresh(&mut self, room: RoomId) {
        let waiting = self.outbox.in_room(room).filter(|pending| self.is_shown(pending));
        for id in waiting.map(|pending| pending.id).collect::<Vec<_>>() {
            self.outbox.remove(id);
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

    /// Whether the timeline shows the entry as done: it has the message with its number, or with the change. A page may
    /// bring it before the changes that lie between.
    fn is_shown(&self, pending: &Pending) -> bool {
        let shown = self.rooms.get(&pending.room).and_then(|room| room.timeline.find(pending.message()));
        shown.is_some_and(|message| match pending.lane() {
            Lane::Messages => true,
            Lane::Changes => pending.placed.is_some_and(|rev| rev <= message.rev),
        })
    }
}
