//! The state machine.

mod connect;
mod event;
mod frames;
mod polling;
mod send;

use model::{Chat, UserId, random::SplitMix64};

pub use event::{Effect, Event, Link, Session};

use crate::{backoff::Backoff, fetches::Fetches, marks::MarkReporter, scheduler::Scheduler};

/// Where the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not started, or the page is in the back-forward cache.
    Stopped,
    /// Without a connection. A timer, an answer about the session or a person opens the next one.
    Waiting,
    /// Without a connection, until a person comes back.
    Paused,
    /// A connection is being opened.
    Opening,
    /// The connection is open, and `hello` waits for the store.
    Opened,
    /// `hello` was sent, and nothing has come yet: a proxy may open a connection and let nothing through.
    HelloSent,
    /// The server sends what was missed.
    Resuming,
    /// Caught up.
    Live,
    /// The session ended. The driver starts over with a new page.
    SignedOut,
}

/// The timers of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Connect,
    /// The store is not waited for any longer.
    Store,
    /// The connection was silent for too long.
    Silence,
    Fetches,
    Marks,
    /// Messages or changes that had to wait may be sent.
    Sends,
    /// The answers to sent messages or changes are overdue.
    Answers,
    Poll,
}

/// Why the session is asked about.
#[derive(Clone, Copy, Debug)]
enum Check {
    /// No connection came to work. `silent`: it opened, and nothing came.
    NoSocket { silent: bool },
    /// The server closed the connection because the session ended.
    Ended,
}

/// One client of one user.
#[derive(Debug)]
pub struct Client {
    me: UserId,
    state: State,
    link: Link,
    is_online: bool,
    store_was_read: bool,
    is_polling: bool,
    backoff: Backoff,
    scheduler: Scheduler<Timer>,
    fetches: Fetches,
    marks: MarkReporter,
    /// No message, and no change, is sent before.
    sends_from: [f64; 2],
    /// No marks are sent before.
    marks_from: f64,
    check: Option<Check>,
    /// When the session was last asked about, since the last connection that caught up.
    checked_at: Option<f64>,
    random: SplitMix64,
}

/// One event being handled.
struct Turn<'a> {
    client: &'a mut Client,
    chat: &'a mut Chat,
    now: f64,
    effects: Vec<Effect>,
}

impl Client {
    /// A client that has not started. `seed` decides its random waits.
    pub fn new(me: UserId, seed: u64) -> Self {
        Self {
            me,
            state: State::Stopped,
            link: Link::Starting,
            is_online: true,
            store_was_read: false,
            is_polling: false,
            backoff: Backoff::default(),
            scheduler: Scheduler::default(),
            fetches: Fetches::default(),
            marks: MarkReporter::default(),
            sends_from: [0.0; 2],
            marks_from: 0.0,
            check: None,
            checked_at: None,
            random: SplitMix64(seed),
        }
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// Whether calls take the place of the socket.
    pub fn is_polling(&self) -> bool {
        self.is_polling
    }

    /// Whether `hello` was sent, which names the changes that this client holds: later the store's rooms are not used.
    pub fn has_sent_hello(&self) -> bool {
        matches!(self.state, State::HelloSent | State::Resuming | State::Live)
    }

    /// When the driver has to pass [`Event::Tick`].
    pub fn next_due(&self) -> Option<f64> {
        self.scheduler.next_due()
    }

    /// Takes in what happened, and returns what the driver has to do, in this order. `now` is in milliseconds.
    pub fn handle(&mut self, event: Event, chat: &mut Chat, now: f64) -> Vec<Effect> {
        let mut turn = Turn { client: self, chat, now, effects: Vec::new() };
        turn.handle(event);
        turn.effects
    }

    fn is_connected(&self) -> bool {
        matches!(self.state, State::Opening | State::Opened) || self.has_sent_hello()
    }

    /// Whether the connection works.
    fn was_heard(&self) -> bool {
        matches!(self.state, State::Resuming | State::Live)
    }
}

impl Turn<'_> {
    fn handle(&mut self, event: Event) {
        match event {
            Event::Start { is_online } => self.start(is_online),
            Event::Stop => self.stop(),
            Event::StoreRead => self.store_read(),
            Event::Opened => self.opened(),
            Event::Received => self.received(),
            Event::Frames(frames) => self.frames(frames),
            Event::Unreadable => self.lost(None),
            Event::Closed { code } => self.ended(code),
            Event::Tick => self.tick(),
            Event::Online => self.online(),
            Event::Offline => self.offline(),
            Event::Attention { silence } => self.attention(silence),
            Event::Session(session) => self.session(session),
            Event::Changed => self.settle(),
            Event::PageLoaded { fetch } => self.page_loaded(fetch),
            Event::OutboxRead => self.outbox_read(),
            Event::Leaving => self.send_marks(),
            Event::PollingReady => self.polling_ready(),
            Event::Polled => self.polled(),
            Event::PollFailed => self.poll_failed(),
        }
    }

    fn tick(&mut self) {
        for timer in self.client.scheduler.take_due(self.now) {
            match timer {
                Timer::Connect => self.connect(),
                Timer::Store => self.store_read(),
                Timer::Silence => self.ended(None),
                Timer::Fetches => self.send_fetches(),
                Timer::Marks => self.send_marks(),
                Timer::Sends => self.send_outbox(),
                Timer::Answers => self.lost(None),
                Timer::Poll => self.effects.push(Effect::Poll),
            }
        }
    }

    fn set_link(&mut self, link: Link) {
        if self.client.link != link {
            self.client.link = link;
            self.effects.push(Effect::Link(link));
        }
    }

    /// Makes a timer due `wait` milliseconds from now; an earlier moment stays.
    fn after(&mut self, timer: Timer, wait: f64) {
        self.client.scheduler.set_by(timer, self.now + wait);
    }
}
