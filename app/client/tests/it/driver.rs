//! Carries out what a client asks for, against a simple server and a wire that fails as a test wants.

use std::collections::VecDeque;

use client::{Client, Effect, Event, Link, Session};
use model::{
    ChangeId, Chat, MessageChange, MessageId, SessionId, Timestamp, UserId,
    limits::{BEAT_MS, PROTOCOL_VERSION},
    messages::Body,
    outbox::Pending,
    wire::{ClientFrame, ServerFrame},
};

use crate::world::{Sent, Server};

/// Faults of the network and the server on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Works,
    /// No connection opens, and no call is answered.
    Down,
    /// A connection opens, and nothing passes; calls pass.
    Silent,
}

pub(crate) struct Driver {
    pub(crate) client: Client,
    pub(crate) chat: Chat,
    pub(crate) server: Server,
    pub(crate) network: Network,
    pub(crate) now: f64,
    /// Whether the driver holds a connection.
    pub(crate) connected: bool,
    /// The connection has lost something: nothing passes any more, or TCP would not be what it is.
    broken: bool,
    /// What is on its way to the client over the socket.
    pub(crate) inbound: VecDeque<ServerFrame>,
    /// What calls are answered with.
    answers: VecDeque<ServerFrame>,
    /// Questions about the session that are not answered yet.
    pub(crate) checks: usize,
    pub(crate) link: Link,
    pub(crate) reloads: usize,
    pub(crate) signed_out: bool,
    pub(crate) composed: Vec<MessageId>,
    /// The changes of messages that this user wanted.
    pub(crate) wanted: Vec<Pending>,
    pub(crate) sent: Vec<ClientFrame>,
}

impl Driver {
    pub(crate) fn new(seed: u64) -> Self {
        let server = Server::new();
        let me = server.people[0];
        Self {
            client: Client::new(me, seed),
            chat: Chat::new(me),
            server,
            network: Network::Works,
            now: 0.0,
            connected: false,
            broken: false,
            inbound: VecDeque::new(),
            answers: VecDeque::new(),
            checks: 0,
            link: Link::Starting,
            reloads: 0,
            signed_out: false,
            composed: Vec::new(),
            wanted: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// A client that is caught up.
    pub(crate) fn live() -> Self {
        let mut driver = Self::new(7);
        driver.start();
        driver.deliver();
        assert_eq!(driver.client.state(), client::State::Live);
        driver
    }

    pub(crate) fn start(&mut self) {
        self.handle(Event::Start { is_online: true });
        self.handle(Event::StoreRead);
    }

    pub(crate) fn handle(&mut self, event: Event) {
        let effects = self.client.handle(event, &mut self.chat, self.now);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Open => {
                assert!(!self.connected, "one connection at a time");
                (self.connected, self.broken) = (true, false);
                match self.network {
                    Network::Down => self.close(Some(1006)),
                    Network::Works | Network::Silent => self.handle(Event::Opened),
                }
            }
            Effect::Close => {
                self.connected = false;
                self.inbound.clear();
            }
            Effect::Send(frame) => {
                assert!(self.connected, "{frame:?} has no connection");
                self.sent.push(frame.clone());
                if self.socket_works() {
                    let answers = self.ask(frame);
                    self.inbound.extend(answers);
                }
            }
            Effect::Call(frame) => {
                if self.network != Network::Down {
                    let answers = self.ask(frame);
                    self.answers.extend(answers);
                }
            }
            Effect::CheckSession => self.checks += 1,
            Effect::Reload => self.reloads += 1,
            Effect::SignOut => self.signed_out = true,
            Effect::Link(link) => self.link = link,
            Effect::CaughtUp => self.handle(Event::OutboxRead),
            Effect::Show => {}
            Effect::StartPolling => self.handle(Event::PollingReady),
            Effect::Poll => self.poll(),
        }
    }

    /// What the server answers.
    fn ask(&mut self, frame: ClientFrame) -> Vec<ServerFrame> {
        let me = self.chat.me();
        match frame {
            ClientFrame::Hello { cursor, .. } => {
                [welcome(me)].into_iter().chain(self.server.hello(&cursor)).collect()
            }
            ClientFrame::Send { id, body, .. } => {
                let Sent::Placed(answer, change) = self.server.take(me, id, &body) else { unreachable!() };
                [answer].into_iter().chain(change).collect()
            }
            ClientFrame::Edit { id, change, body, .. } => {
                self.ask_for(id, change, &MessageChange::Edit(body))
            }
            ClientFrame::Delete { id, change, .. } => self.ask_for(id, change, &MessageChange::Delete),
            ClientFrame::React { id, change, emoji, .. } => {
                self.ask_for(id, change, &MessageChange::React(emoji))
            }
            ClientFrame::Fetch { after, .. } => vec![self.server.changes(after)],
            ClientFrame::Mark { delivered, read, .. } => vec![self.server.mark(me, delivered, read)],
            ClientFrame::Unknown => Vec::new(),
        }
    }

    fn ask_for(&mut self, id: MessageId, change: ChangeId, wanted: &MessageChange) -> Vec<ServerFrame> {
        let (answer, change) = self.server.ask_for(self.chat.me(), id, change, wanted);
        [answer].into_iter().chain(change).collect()
    }

    fn poll(&mut self) {
        if self.network == Network::Down {
            return self.handle(Event::PollFailed);
        }
        self.chat.room(self.server.describe());
        let page = self.server.page(None);
        self.chat.page(page);
        self.chat.receive(ServerFrame::CaughtUp);
        self.handle(Event::Polled);
    }

    /// The other user writes.
    pub(crate) fn other_writes(&mut self) {
        let sender: UserId = self.server.people[1];
        let (_, change) = self.server.send(sender, MessageId::new(), "from the other user");
        if self.connected && self.client.state() == client::State::Live {
            self.inbound.extend(change);
        }
    }

    pub(crate) fn compose(&mut self) {
        let pending = Pending::new(self.server.room, Body::new("a message").unwrap(), Timestamp(0));
        self.composed.push(pending.message());
        self.chat.compose(pending);
        self.handle(Event::Changed);
    }

    /// Wants a change of a message of this user that is shown with its number, if there is one.
    pub(crate) fn want(&mut self, wanted: MessageChange) {
        let Some(conversation) = self.chat.conversation(self.server.room) else { return };
        let messages = conversation.timeline.messages();
        let Some(own) = messages.iter().rev().find(|message| message.sender == self.chat.me()) else {
            return;
        };
        let pending = Pending::change(self.server.room, own.id, wanted, Timestamp(0));
        self.wanted.push(pending.clone());
        self.chat.compose(pending);
        self.handle(Event::Changed);
    }

    /// Another device of this user changes the newest message.
    pub(crate) fn other_device_changes(&mut self, wanted: &MessageChange) {
        let Some(id) = self.server.messages.last().map(|message| message.id) else { return };
        let (_, change) = self.server.ask_for(self.chat.me(), id, ChangeId::new(), wanted);
        if self.connected && self.client.state() == client::State::Live {
            self.inbound.extend(change);
        }
    }

    pub(crate) fn close(&mut self, code: Option<u16>) {
        if self.connected {
            self.connected = false;
            self.inbound.clear();
            self.handle(Event::Closed { code });
        }
    }

    /// The next answer of a call arrives, or the next frame.
    pub(crate) fn deliver_one(&mut self) {
        if let Some(answer) = self.answers.pop_front() {
            return self.handle(Event::Frames(vec![answer]));
        }
        if self.socket_works()
            && let Some(frame) = self.inbound.pop_front()
        {
            self.handle(Event::Received);
            self.handle(Event::Frames(vec![frame]));
        }
    }

    fn socket_works(&mut self) -> bool {
        self.broken |= self.network != Network::Works;
        self.connected && !self.broken
    }

    pub(crate) fn deliver(&mut self) {
        for _ in 0..10_000 {
            if self.answers.is_empty() && (self.inbound.is_empty() || !self.socket_works()) {
                return;
            }
            self.deliver_one();
        }
        panic!("the server and the client talk without end");
    }

    pub(crate) fn answer_checks(&mut self, session: Session) {
        for _ in 0..std::mem::take(&mut self.checks) {
            self.handle(Event::Session(session));
        }
    }

    /// Lets time pass, and everything that is due in it happen.
    pub(crate) fn pass(&mut self, millis: f64) {
        let end = self.now + millis;
        while let Some(due) = self.client.next_due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.handle(Event::Tick);
        }
        self.now = end;
    }

    /// Everything works again, and somebody looks at the page.
    pub(crate) fn heal(&mut self) {
        self.network = Network::Works;
        self.handle(Event::Start { is_online: true });
        self.handle(Event::Online);
        for _ in 0..400 {
            self.answer_checks(Session::Alive);
            self.deliver();
            if self.client.state() == client::State::Live {
                let heads = [(self.server.room, self.server.rev)].into_iter().collect();
                self.inbound.push_back(ServerFrame::Beat { heads });
            }
            if self.client.state() == client::State::Paused {
                self.handle(Event::Attention { silence: 0.0 });
            }
            self.pass(500.0);
        }
        self.deliver();
    }
}

pub(crate) fn welcome(user: UserId) -> ServerFrame {
    let (version, session) = (PROTOCOL_VERSION, SessionId::new());
    ServerFrame::Welcome { version, user, session, now: Timestamp(0), beat_ms: BEAT_MS }
}
