//! A server as simple as can be, and a wire that loses, doubles and reorders what it carries.

use std::collections::VecDeque;

use model::{
    Accepted, ChangeId, Chat, Code, Emoji, Error, Logged, Mark, Message, MessageChange, MessageId, Offset,
    Page, Person, Rev, Room, RoomId, RoomKind, Seq, Timestamp, UserId, VecMap,
    limits::{CATCH_UP, PAGE},
    messages::Body,
    outbox::Pending,
    rooms::marks_sum,
    wire::{Change, ClientFrame, Item, Position, ServerFrame, Stored},
};

/// One room with two members who stay, and others who come and go; the truth.
pub(crate) struct Server {
    pub(crate) room: RoomId,
    pub(crate) people: [UserId; 2],
    pub(crate) messages: Vec<Message>,
    /// The same as they were sent.
    pub(crate) sent: Vec<Message>,
    pub(crate) rev: Rev,
    /// The changes of messages that were made, by the ids that their clients gave them.
    pub(crate) applied: VecMap<ChangeId, Rev>,
    pub(crate) marks: Vec<Mark>,
    kind: RoomKind,
    /// Everybody who ever was in the room.
    pub(crate) everybody: Vec<Person>,
    /// Who has left, of others than the two.
    pub(crate) gone: Vec<UserId>,
    admins: Vec<UserId>,
    title: Option<String>,
    clock: i64,
    /// What was logged, numbered up to `stored`; without a log messages are numbered at once.
    log: Option<Vec<Message>>,
    stored: usize,
}

/// What may become of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Changed {
    Text,
    Gone,
    Reaction,
}

/// What a message that was sent brings.
pub(crate) enum Sent {
    /// It has its place, or had it already.
    Placed(ServerFrame, Option<ServerFrame>),
    /// It has its place in the log.
    Logged(ServerFrame, ServerFrame),
}

/// What storing a part of the log brings: to single people, and then to everybody.
pub(crate) struct Numbered {
    pub(crate) personal: Vec<(UserId, ServerFrame)>,
    pub(crate) stored: ServerFrame,
}

impl Server {
    pub(crate) fn new() -> Self {
        let people = [UserId::new(), UserId::new()];
        let mark = |user| Mark { user, delivered: Seq(0), read: Seq(0), mine: 0, upto: Seq(0) };
        Self {
            room: RoomId::new(),
            people,
            messages: Vec::new(),
            sent: Vec::new(),
            rev: Rev(0),
            applied: VecMap::new(),
            marks: people.map(mark).to_vec(),
            kind: RoomKind::Private,
            everybody: people.map(someone).to_vec(),
            gone: Vec::new(),
            admins: Vec::new(),
            title: None,
            clock: 0,
            log: None,
            stored: 0,
        }
    }

    /// A server that numbers messages some time after they are durable.
    pub(crate) fn with_log() -> Self {
        Self { log: Some(Vec::new()), ..Self::new() }
    }

    /// A group, whose people, admins and title change.
    pub(crate) fn group() -> Self {
        let server = Self::new();
        Self {
            kind: RoomKind::Group,
            admins: vec![server.people[0]],
            title: Some("a title".into()),
            ..server
        }
    }

    pub(crate) fn last_seq(&self) -> Seq {
        Seq(self.messages.len() as i64)
    }

    pub(crate) fn take(&mut self, sender: UserId, id: MessageId, body: &str) -> Sent {
        let Some(log) = &mut self.log else {
            let (answer, change) = self.send(sender, id, body);
            return Sent::Placed(answer, change);
        };
        self.clock += 1;
        let at = Timestamp(self.clock);
        let message = Message::new(id, sender, at, body);
        let place = Offset(log.len() as i64);
        log.push(message.clone());
        let logged = ServerFrame::Logged(Logged { room: self.room, id, log: place, at });
        Sent::Logged(logged, ServerFrame::Live { room: self.room, log: place, message })
    }

    /// Numbers the next `count` messages of the log.
    pub(crate) fn store(&mut self, count: usize) -> Option<Numbered> {
        let log = self.log.clone()?;
        let upto = log.len().min(self.stored + count);
        let (seq, rev) = (self.last_seq().next(), self.rev.next());
        let (mut personal, mut ids) = (Vec::new(), Vec::new());
        for (place, message) in log.iter().enumerate().take(upto).skip(self.stored) {
            let log = Offset(place as i64);
            let Message { id, sender, .. } = *message;
            match self.first(id) {
                Some(first) if self.is_same(first, &message.body) => {
                    personal.push((sender, self.change(first.clone())));
                }
                Some(_) => personal.push((sender, self.conflict(id, Some(log)))),
                None => {
                    self.put(message.clone());
                    ids.push((id, log));
                }
            }
        }
        self.stored = upto;
        let stored = Stored { room: self.room, seq, rev, log: Offset(upto as i64), ids };
        Some(Numbered { personal, stored: ServerFrame::Stored(stored) })
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.log.as_ref().is_none_or(|log| log.len() == self.stored)
    }

    /// Takes a message, or answers with the first one of this id.
    pub(crate) fn send(
        &mut self,
        sender: UserId,
        id: MessageId,
        body: &str,
    ) -> (ServerFrame, Option<ServerFrame>) {
        if let Some(first) = self.first(id) {
            return match self.is_same(first, body) {
                // Told again, since whoever stored it may have died before telling.
                true => (self.accepted(first), Some(self.change(first.clone()))),
                false => (self.conflict(id, None), None),
            };
        }
        self.clock += 1;
        let message = self.put(Message::new(id, sender, Timestamp(self.clock), body));
        (self.accepted(&message), Some(self.change(message)))
    }

    fn put(&mut self, message: Message) -> Message {
        self.rev = self.rev.next();
        let message = message.numbered(self.last_seq().next(), self.rev);
        self.sent.push(message.clone());
        self.messages.push(message.clone());
        message
    }

    fn first(&self, id: MessageId) -> Option<&Message> {
        self.sent.iter().find(|message| message.id == id)
    }

    /// Whether this is what was sent under the id, whatever has become of it; what was deleted cannot be
    /// compared with.
    fn is_same(&self, first: &Message, body: &str) -> bool {
        let now = &self.messages[first.seq.0 as usize - 1];
        now.deleted || first.body == body
    }

    /// A message changes.
    pub(crate) fn change_message(&mut self, place: usize, change: Changed) -> Option<ServerFrame> {
        let message = self.messages.get_mut(place)?;
        let rev = self.rev.next();
        let changed = match change {
            Changed::Text => message.edit(Body::new(format!("edited at {rev}")).unwrap(), Timestamp(rev.0)),
            Changed::Gone => Ok(message.delete()),
            Changed::Reaction => message.react(self.people[1], Some(Emoji::new(format!("👍{rev}")).unwrap())),
        };
        // A refusal changes nothing.
        changed.ok().filter(|changed| *changed)?;
        message.rev = rev;
        self.rev = rev;
        let message = message.clone();
        Some(self.change(message))
    }

    /// A member asks for a change of a message: it is made once, however often it is asked for.
    pub(crate) fn ask_for(
        &mut self,
        user: UserId,
        id: MessageId,
        change: ChangeId,
        wanted: &MessageChange,
    ) -> (ServerFrame, Option<ServerFrame>) {
        let room = self.room;
        match self.make(user, id, change, wanted) {
            Ok((rev, message)) => {
                let answer = ServerFrame::Changed(model::Changed { room, change, rev });
                (answer, Some(self.change(message)))
            }
            Err(error) => (ServerFrame::Rejected { room, id, change: Some(change), error, log: None }, None),
        }
    }

    fn make(
        &mut self,
        user: UserId,
        id: MessageId,
        change: ChangeId,
        wanted: &MessageChange,
    ) -> model::Result<(Rev, Message)> {
        let next = self.rev.next();
        let message = self.messages.iter_mut().find(|message| message.id == id);
        let message = message.ok_or_else(|| Error::not_found("message"))?;
        if let Some(rev) = self.applied.get(&change) {
            return Ok((*rev, message.clone()));
        }
        if message.sender != user && !matches!(wanted, MessageChange::React(_)) {
            return Err(Error::forbidden("Only who wrote a message can change it."));
        }
        let is_changed = match wanted {
            MessageChange::Edit(text) => message.edit(Body::new(text.as_str())?, Timestamp(next.0)),
            MessageChange::Delete => Ok(message.delete()),
            MessageChange::React(emoji) => message.react(user, emoji.clone()),
        }?;
        if is_changed {
            (message.rev, self.rev) = (next, next);
        }
        self.applied.insert(change, message.rev);
        Ok((message.rev, message.clone()))
    }

    /// Somebody leaves or comes back; in a group a newcomer may come, an admin be appointed or be one no
    /// more, and the title be another.
    pub(crate) fn come_or_go(&mut self, what: u8) -> ServerFrame {
        self.rev = self.rev.next();
        match (self.kind, what % 4) {
            (RoomKind::Group, 0) => self.everybody.push(someone(UserId::new())),
            (RoomKind::Group, 1) => match self.admins.pop() {
                Some(_) => {}
                None => self.admins = self.people.to_vec(),
            },
            (RoomKind::Group, 2) => self.title = Some(format!("the title at {}", self.rev)),
            _ => self.leave_or_come_back(),
        }
        let item = Item::Members(self.describe().members());
        ServerFrame::Change(Change { room: self.room, rev: self.rev, item })
    }

    fn leave_or_come_back(&mut self) {
        if self.gone.pop().is_none() {
            let guest = self.everybody.get(2).map_or_else(UserId::new, |person| person.id);
            self.gone.push(guest);
        }
    }

    /// A change of a kind this client does not know.
    pub(crate) fn surprise(&mut self) -> ServerFrame {
        self.rev = self.rev.next();
        let text = format!(r#"{{"type":"change","room":"{}","rev":{},"kind":"poll"}}"#, self.room, self.rev);
        ServerFrame::parse(&text).unwrap()
    }

    pub(crate) fn mark(&mut self, user: UserId, delivered: Seq, read: Seq) -> ServerFrame {
        let last = self.last_seq();
        let mark = self.marks.iter_mut().find(|mark| mark.user == user).unwrap();
        mark.read = mark.read.max(read.min(last));
        mark.delivered = mark.delivered.max(delivered.min(last)).max(mark.read);
        ServerFrame::Mark { room: self.room, mark: self.mark_of(user) }
    }

    fn mark_of(&self, user: UserId) -> Mark {
        let mark = *self.marks.iter().find(|mark| mark.user == user).unwrap();
        let own = self.messages.iter().filter(|message| message.sender == user && message.seq > mark.read);
        Mark { mine: own.count() as i64, upto: self.last_seq(), ..mark }
    }

    pub(crate) fn describe(&self) -> Room {
        Room {
            id: self.room,
            kind: self.kind,
            title: self.title.clone(),
            people: self.everybody.clone(),
            marks: self.people.map(|user| self.mark_of(user)).to_vec(),
            gone: self.gone.clone(),
            admins: self.admins.clone(),
            rev: self.rev,
            last_seq: self.last_seq(),
            last: self.messages.last().cloned(),
            created_at: Timestamp(0),
            log: Offset(self.stored as i64),
        }
    }

    pub(crate) fn page(&self, before: Option<Seq>) -> Page {
        let end = before
            .map_or(self.messages.len(), |seq| (seq.0 - 1).clamp(0, self.messages.len() as i64) as usize);
        let start = end.saturating_sub(PAGE as usize);
        Page {
            room: self.room,
            rev: self.rev,
            last_seq: self.last_seq(),
            messages: self.messages[start..end].to_vec(),
        }
    }

    pub(crate) fn changes(&self, after: Rev) -> ServerFrame {
        let limited = after > self.rev || self.rev.0 - after.0 > CATCH_UP;
        let mut messages: Vec<Message> = match limited {
            true => self.page(None).messages,
            false => self.messages.iter().filter(|message| message.rev > after).cloned().collect(),
        };
        messages.sort_by_key(|message| message.rev);
        ServerFrame::Changes {
            room: self.room,
            after,
            upto: self.rev,
            limited,
            messages,
            marks: self.describe().marks,
            members: self.describe().members(),
            log: Offset(self.stored as i64),
        }
    }

    pub(crate) fn hello(&self, cursor: &VecMap<RoomId, Position>) -> Vec<ServerFrame> {
        let room = self.describe();
        let missed = match cursor.get(&self.room) {
            None => Some(ServerFrame::Room { room }),
            Some(position) => {
                let same = position.rev == room.rev && position.marks == Some(marks_sum(&room.marks));
                (!same).then(|| self.changes(position.rev))
            }
        };
        missed.into_iter().chain([ServerFrame::CaughtUp]).collect()
    }

    fn conflict(&self, id: MessageId, log: Option<Offset>) -> ServerFrame {
        let error = Error::new(Code::IdConflict, "The first stands.");
        ServerFrame::Rejected { room: self.room, id, change: None, error, log }
    }

    fn accepted(&self, message: &Message) -> ServerFrame {
        let Message { id, seq, rev, at, .. } = *message;
        ServerFrame::Accepted(Accepted { room: self.room, id, seq, rev, at })
    }

    fn change(&self, message: Message) -> ServerFrame {
        ServerFrame::Change(Change { room: self.room, rev: message.rev, item: Item::Message { message } })
    }
}

fn someone(id: UserId) -> Person {
    Person { id, username: "someone".into(), name: "Someone".into() }
}

/// One device and the frames on their way to it.
pub(crate) struct Device {
    pub(crate) chat: Chat,
    pub(crate) inbound: VecDeque<ServerFrame>,
    pub(crate) outbound: VecDeque<ClientFrame>,
    /// Pages of history on their way: they come by another road than the frames.
    pub(crate) pages: VecDeque<Page>,
    pub(crate) connected: bool,
}

impl Device {
    pub(crate) fn new(me: UserId) -> Self {
        let chat = Chat::new(me);
        let (inbound, outbound, pages) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Self { chat, inbound, outbound, pages, connected: false }
    }

    pub(crate) fn compose(&mut self, room: RoomId, text: &str) -> MessageId {
        let pending = Pending::new(room, Body::new(text).unwrap(), Timestamp(0));
        let id = pending.message();
        self.chat.compose(pending);
        id
    }

    /// Wants a change of a message that is shown with its number.
    pub(crate) fn want(&mut self, room: RoomId, place: usize, wanted: MessageChange) -> Option<Pending> {
        let messages = self.chat.conversation(room)?.timeline.messages();
        let message = messages.get(place % messages.len().max(1))?.id;
        let pending = Pending::change(room, message, wanted, Timestamp(0));
        self.chat.compose(pending.clone());
        Some(pending)
    }

    pub(crate) fn connect(&mut self, server: &Server) {
        self.disconnect();
        self.connected = true;
        let ClientFrame::Hello { cursor, .. } = self.chat.hello() else { panic!("the first frame is hello") };
        self.inbound.extend(server.hello(&cursor));
    }

    pub(crate) fn disconnect(&mut self) {
        self.connected = false;
        self.inbound.clear();
        self.outbound.clear();
        self.chat.disconnected();
    }

    /// The page that was asked for first arrives.
    pub(crate) fn receive_page(&mut self) {
        if let Some(page) = self.pages.pop_front() {
            let fetch = self.chat.page(page);
            self.outbound.extend(fetch);
        }
    }

    /// Takes the frame at a place in the queue: 0 is the order in which they were sent.
    pub(crate) fn receive(&mut self, place: usize) {
        if let Some(frame) = self.inbound.remove(place) {
            self.chat.receive(frame);
        }
    }
}
