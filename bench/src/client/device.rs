//! One device of one user: drives [`client::Client`], as the browser does, with what only a checker wants: to be
//! frozen, stalled and cut off.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ::client::{Client, Effect, Event, Session, State};
use model::{
    Chat, Code, RoomId, UserId,
    accounts::Me,
    outbox::Pending,
    wire::{ClientFrame, ServerFrame},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Handle, Http, Order, Refused, Status,
    order::WAITING,
    socket::{Closed, Heard, Socket},
};
use crate::random::Random;

/// After so long without a connection somebody looks at the device.
const LOOK: Duration = Duration::from_secs(3);
/// What a browser says of a connection that ended without a close frame.
const ABNORMAL: u16 = 1006;
/// Entries in the outbox from which on no more are composed.
const OUTBOX: usize = 40;

/// Looks over a device's shoulder.
pub trait Watch: Send + 'static {
    fn said(&mut self, _frame: &ClientFrame) {}
    /// Before the chat takes the frame.
    fn heard(&mut self, _frame: &ServerFrame) {}
    /// After it; `room` is the one the frame was about.
    fn applied(&mut self, _room: RoomId, _chat: &Chat) {}
    /// The server did something a client never expects.
    fn astonished(&mut self, _what: String) {}
}

pub struct Device<W> {
    http: Http,
    client: Client,
    chat: Chat,
    watch: W,
    socket: Option<Socket>,
    started: Instant,
    heard_at: Instant,
    /// When somebody looks at a device without a connection.
    look_at: Option<Instant>,
    thaw_at: Option<Instant>,
    /// Reads nothing …
    stalled: bool,
    /// … and writes nothing either.
    frozen: bool,
    ended: bool,
    orders: mpsc::UnboundedReceiver<Order>,
    composed: mpsc::Receiver<Pending>,
    /// Answers to the question who is signed in.
    sessions: (mpsc::UnboundedSender<Session>, mpsc::UnboundedReceiver<Session>),
    status: Arc<Mutex<Status>>,
    tells_positions: Arc<AtomicBool>,
}

impl<W: Watch> Device<W> {
    /// Starts a device. It ends with its last handle.
    pub fn start(me: UserId, http: Http, watch: W, mut random: Random) -> Handle {
        let (orders, given) = mpsc::unbounded_channel();
        let (composed, compositions) = mpsc::channel(WAITING);
        let status = Arc::<Mutex<Status>>::default();
        let asked = Arc::<AtomicBool>::default();
        let now = Instant::now();
        let device = Self {
            http,
            client: Client::new(me, random.draw()),
            chat: Chat::new(me),
            watch,
            socket: None,
            started: now,
            heard_at: now,
            look_at: None,
            thaw_at: None,
            stalled: false,
            frozen: false,
            ended: false,
            orders: given,
            composed: compositions,
            sessions: mpsc::unbounded_channel(),
            status: status.clone(),
            tells_positions: asked.clone(),
        };
        tokio::spawn(device.run());
        Handle { orders, composed, status, asked }
    }

    async fn run(mut self) {
        self.handle(Event::StoreRead).await;
        self.handle(Event::Start { is_online: true }).await;
        loop {
            self.tell();
            let next = self.next_due();
            let reads = !self.stalled;
            let acts = !self.frozen;
            let room_left = acts && self.chat.outbox().iter().count() < OUTBOX;
            tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => return,
                },
                () = sleep_until(next) => self.do_due().await,
                heard = hear(&mut self.socket), if reads => self.take(heard).await,
                Some(session) = self.sessions.1.recv(), if acts => self.handle(Event::Session(session)).await,
                Some(pending) = self.composed.recv(), if room_left => {
                    self.chat.compose(pending);
                    self.handle(Event::Changed).await;
                }
            }
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Say(frames) if !self.frozen => {
                if !self.say(&frames).await {
                    self.handle(Event::Closed { code: Some(ABNORMAL) }).await;
                }
            }
            Order::Say(_) => {}
            Order::Cut => self.handle(Event::Closed { code: Some(ABNORMAL) }).await,
            Order::Freeze(time) => {
                (self.stalled, self.frozen) = (true, true);
                self.thaw_at = Some(Instant::now() + time);
            }
            Order::Stall(time) => {
                self.stalled = true;
                self.thaw_at = Some(Instant::now() + time);
            }
            Order::Wake => {
                self.thaw().await;
                self.look().await;
            }
            Order::Show(answer) => {
                let _ = answer.send(self.chat.clone());
            }
        }
    }

    async fn thaw(&mut self) {
        (self.stalled, self.frozen) = (false, false);
        self.thaw_at = None;
        self.heard().await;
    }

    /// Somebody looks at the device.
    async fn look(&mut self) {
        self.look_at = None;
        if self.socket.is_none() && !self.ended {
            self.handle(Event::Attention { silence: 0.0 }).await;
        }
    }

    async fn heard(&mut self) {
        self.heard_at = Instant::now();
        self.handle(Event::Received).await;
    }

    fn next_due(&self) -> Instant {
        let planned = self.client.next_due().map(|at| self.started + Duration::from_secs_f64(at / 1_000.0));
        let acts = [planned, self.look_at].into_iter().flatten().filter(|_| !self.frozen);
        acts.chain(self.thaw_at).min().unwrap_or(Instant::now() + Duration::from_secs(3600))
    }

    async fn do_due(&mut self) {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= Instant::now());
        if is_due(self.thaw_at) {
            self.thaw().await;
        }
        if self.frozen {
            return;
        }
        if self.stalled {
            // Who does not read cannot say that nothing came.
            self.handle(Event::Received).await;
        }
        if is_due(self.look_at) {
            self.look().await;
        }
        self.handle(Event::Tick).await;
    }

    async fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Frame(frame) => self.receive(*frame).await,
            Heard::Sign => self.heard().await,
            Heard::Closed(code) => self.handle(Event::Closed { code: code.or(Some(ABNORMAL)) }).await,
            Heard::Broken(what) => {
                self.watch.astonished(format!("a frame that cannot be read: {what}"));
                self.handle(Event::Unreadable).await;
            }
        }
    }

    async fn receive(&mut self, frame: ServerFrame) {
        self.watch.heard(&frame);
        let room = frame.room();
        self.heard().await;
        self.handle(Event::Frames(vec![frame])).await;
        let failed = self.chat.outbox().iter().filter(|entry| entry.failed.is_some());
        for id in failed.map(|entry| entry.id).collect::<Vec<_>>() {
            self.chat.discard(id);
        }
        if let Some(room) = room {
            self.watch.applied(room, &self.chat);
        }
    }

    /// Passes an event to the client, and carries out its effects.
    async fn handle(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.started.elapsed().as_secs_f64() * 1_000.0;
            let mut frames = Vec::new();
            for effect in self.client.handle(event, &mut self.chat, now) {
                match effect {
                    Effect::Open => events.push_back(self.open().await),
                    Effect::Close => self.close(),
                    Effect::Send(frame) => frames.push(frame),
                    Effect::CheckSession => self.check_session(),
                    Effect::CaughtUp => events.push_back(Event::OutboxRead),
                    Effect::Reload => self.end("the server speaks for another version or user"),
                    Effect::SignOut => self.end("a session ended by itself"),
                    // A checker has no screen, and sockets pass.
                    Effect::Link(_)
                    | Effect::Show
                    | Effect::StartPolling
                    | Effect::Poll
                    | Effect::Call(_) => {}
                }
            }
            if !self.say(&frames).await {
                events.push_back(Event::Closed { code: Some(ABNORMAL) });
            }
        }
        if self.client.state() == State::Paused && !self.ended {
            self.end("the server closed for good");
        }
    }

    async fn open(&mut self) -> Event {
        self.doing("opening a connection");
        self.look_at = None;
        match Socket::open(&self.http).await {
            Ok(socket) => {
                self.socket = Some(socket);
                Event::Opened
            }
            Err(Closed::SignedOut) => {
                self.end("a session ended by itself");
                Event::Stop
            }
            Err(Closed::Unreachable) => Event::Closed { code: Some(ABNORMAL) },
        }
    }

    fn close(&mut self) {
        self.socket = None;
        self.look_at = Some(Instant::now() + LOOK);
    }

    fn end(&mut self, why: &str) {
        self.ended = true;
        self.watch.astonished(why.to_owned());
    }

    fn check_session(&self) {
        let (http, me, answers) = (self.http.clone(), self.chat.me(), self.sessions.0.clone());
        tokio::spawn(async move {
            let session = match http.get::<Me>("/api/accounts/me", &[]).await {
                Ok(user) if user.id == me => Session::Alive,
                Ok(_) => Session::OtherUser,
                Err(Refused::Answered(error)) if error.code == Code::SignedOut => Session::Over,
                Err(_) => Session::Unknown,
            };
            // A device that has ended does not ask any more.
            let _ = answers.send(session);
        });
    }

    /// Sends frames; false if the connection does not take them.
    async fn say(&mut self, frames: &[ClientFrame]) -> bool {
        let Some(socket) = self.socket.as_mut().filter(|_| !frames.is_empty()) else { return true };
        for frame in frames {
            self.watch.said(frame);
        }
        self.status.lock().unwrap_or_else(PoisonError::into_inner).doing = "writing";
        socket.say(frames).await
    }

    fn doing(&self, what: &'static str) {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).doing = what;
    }

    fn tell(&self) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.doing = match &self.socket {
            _ if self.frozen => "frozen",
            _ if self.stalled => "stalled",
            _ if self.ended => "ended",
            Some(_) => "connected",
            None => "waiting to connect",
        };
        status.heard_at = Some(self.heard_at);
        status.caught_up = self.chat.is_caught_up() && !self.stalled;
        status.unsent = self.chat.outbox().iter().count();
        if self.tells_positions.load(Ordering::Relaxed) {
            let position = |room: &model::Room| {
                let timeline = &self.chat.conversation(room.id)?.timeline;
                Some((room.id, timeline.rev()))
            };
            status.revs = self.chat.rooms().into_iter().filter_map(position).collect();
        }
    }
}

async fn hear(socket: &mut Option<Socket>) -> Heard {
    match socket {
        Some(socket) => socket.hear().await,
        None => std::future::pending().await,
    }
}
