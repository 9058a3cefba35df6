//! One device of one person, driven as the browser drives it: the reducer, the outbox, the gap
//! rule, marks, silence, and the way back after every end.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use model::{
    Chat, RoomId, UserId,
    limits::SILENCE_MS,
    outbox::Pending,
    wire::{ClientFrame, ServerFrame},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Backoff, Handle, Http, Order, Status,
    gaps::Gaps,
    order::WAITING,
    socket::{Closed, Heard, Socket},
};
use crate::random::Random;

/// The longest a connection may take until the server's first word.
const OPENING: Duration = Duration::from_secs(15);
/// Marks are reported at most this often.
const REPORT: Duration = Duration::from_secs(1);
/// The wait after a passing refusal that names none.
const REFUSED: Duration = Duration::from_secs(1);
/// The longest a sent message may stay without an answer.
const ANSWER: Duration = Duration::from_secs(30);
/// Messages in the outbox from which on no more are composed.
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

/// The moments at which something is due.
#[derive(Default)]
struct Due {
    connect: Option<Instant>,
    gaps: Option<Instant>,
    marks: Option<Instant>,
    sends: Option<Instant>,
    answers: Option<Instant>,
    thaw: Option<Instant>,
}

pub struct Device<W> {
    http: Http,
    chat: Chat,
    watch: W,
    random: Random,
    socket: Option<Socket>,
    backoff: Backoff,
    gaps: Gaps,
    heard_at: Instant,
    marks_from: Instant,
    due: Due,
    /// Reads nothing …
    stalled: bool,
    /// … and writes nothing either.
    frozen: bool,
    ended: bool,
    /// The server has said something on this connection.
    welcomed: bool,
    /// Something came since marks were last planned.
    news: bool,
    orders: mpsc::UnboundedReceiver<Order>,
    composed: mpsc::Receiver<Pending>,
    status: Arc<Mutex<Status>>,
    tells_positions: Arc<AtomicBool>,
}

impl<W: Watch> Device<W> {
    /// Starts a device. It ends with its last handle.
    pub fn start(me: UserId, http: Http, watch: W, random: Random) -> Handle {
        let (orders, given) = mpsc::unbounded_channel();
        let (composed, compositions) = mpsc::channel(WAITING);
        let status = Arc::<Mutex<Status>>::default();
        let asked = Arc::<AtomicBool>::default();
        let now = Instant::now();
        let device = Self {
            http,
            chat: Chat::new(me),
            watch,
            random,
            socket: None,
            backoff: Backoff::default(),
            gaps: Gaps::default(),
            heard_at: now,
            marks_from: now,
            due: Due { connect: Some(now), ..Due::default() },
            stalled: false,
            frozen: false,
            ended: false,
            welcomed: false,
            news: false,
            orders: given,
            composed: compositions,
            status: status.clone(),
            tells_positions: asked.clone(),
        };
        tokio::spawn(device.run());
        Handle { orders, composed, status, asked }
    }

    async fn run(mut self) {
        loop {
            let next = self.next_due();
            let open = !self.stalled;
            let room_left = !self.frozen && self.chat.outbox().iter().count() < OUTBOX;
            tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => return,
                },
                () = sleep_until(next) => self.do_due().await,
                heard = hear(&mut self.socket), if open => self.take(heard).await,
                Some(pending) = self.composed.recv(), if room_left => self.chat.compose(pending),
            }
            if !self.frozen {
                self.settle().await;
            }
            self.tell();
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Say(frames) if !self.frozen => self.say(&frames).await,
            Order::Say(_) => {}
            Order::Cut => self.lost(None),
            Order::Freeze(time) => {
                (self.stalled, self.frozen) = (true, true);
                self.due.thaw = Some(Instant::now() + time);
            }
            Order::Stall(time) => {
                self.stalled = true;
                self.due.thaw = Some(Instant::now() + time);
            }
            Order::Wake => {
                self.thaw();
                if self.socket.is_none() && !self.ended {
                    self.due.connect = Some(Instant::now());
                }
            }
            Order::Show(answer) => {
                let _ = answer.send(self.chat.clone());
            }
        }
    }

    fn thaw(&mut self) {
        (self.stalled, self.frozen) = (false, false);
        self.due.thaw = None;
        self.heard_at = Instant::now();
    }

    fn next_due(&self) -> Instant {
        let Due { connect, gaps, marks, sends, answers, thaw } = &self.due;
        let active = [connect, gaps, marks, sends, answers];
        let silence = self.socket.is_some().then(|| self.silence());
        let now = Instant::now();
        let acts = active.into_iter().flatten().copied().chain(silence).filter(|_| !self.frozen);
        acts.chain(*thaw).min().unwrap_or(now + Duration::from_secs(3600))
    }

    fn silence(&self) -> Instant {
        let patience = if self.welcomed { Duration::from_millis(SILENCE_MS.into()) } else { OPENING };
        // Who does not read cannot say that nothing came.
        if self.stalled { Instant::now() + patience } else { self.heard_at + patience }
    }

    async fn do_due(&mut self) {
        let now = Instant::now();
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if is_due(self.due.thaw) {
            self.thaw();
        }
        if self.frozen {
            return;
        }
        if self.socket.is_some() && (self.silence() <= now || is_due(self.due.answers)) {
            return self.lost(None);
        }
        if is_due(self.due.connect) && self.socket.is_none() {
            self.due.connect = None;
            self.connect().await;
        }
        if is_due(self.due.sends) {
            self.due.sends = None;
        }
        // What is due and not taken out would keep the device from ever listening again.
        if is_due(self.due.gaps) {
            self.due.gaps = None;
        }
        if is_due(self.due.marks) {
            self.due.marks = None;
            let marks = self.chat.marks();
            if !marks.is_empty() {
                self.marks_from = now + REPORT;
                self.say(&marks).await;
            }
        }
    }

    async fn connect(&mut self) {
        self.doing("opening a connection");
        match Socket::open(&self.http).await {
            Ok(socket) => {
                self.socket = Some(socket);
                self.welcomed = false;
                self.heard_at = Instant::now();
                let hello = self.chat.hello();
                self.say(&[hello]).await;
            }
            Err(Closed::SignedOut) => {
                self.ended = true;
                self.watch.astonished("a session ended by itself".to_owned());
            }
            Err(Closed::Unreachable) => self.lost(None),
        }
    }

    async fn take(&mut self, heard: Heard) {
        self.heard_at = Instant::now();
        match heard {
            Heard::Frame(frame) => self.receive(*frame),
            Heard::Sign => {}
            Heard::Closed(code) => self.lost(code),
            Heard::Broken(what) => {
                self.watch.astonished(format!("a frame that cannot be read: {what}"));
                self.lost(None);
            }
        }
    }

    fn receive(&mut self, frame: ServerFrame) {
        self.welcomed = true;
        self.watch.heard(&frame);
        match &frame {
            ServerFrame::Accepted(_) | ServerFrame::Logged(_) => self.due.answers = None,
            ServerFrame::Rejected { error, .. } => {
                self.due.answers = None;
                if error.code.is_temporary() {
                    let wait = error.retry_after.map_or(REFUSED, |wait| Duration::from_millis(wait.into()));
                    self.due.sends = self.due.sends.max(Some(Instant::now() + wait));
                }
            }
            ServerFrame::CaughtUp => self.backoff.reset(),
            _ => {}
        }
        let (room, beat) = (room_of(&frame), matches!(frame, ServerFrame::Beat { .. }));
        self.chat.receive(frame);
        if beat {
            self.chat.repeat_marks();
        }
        let failed = self.chat.outbox().iter().filter(|entry| entry.failed.is_some());
        for id in failed.map(|entry| entry.id).collect::<Vec<_>>() {
            self.chat.discard(id);
        }
        if let Some(room) = room {
            self.news = true;
            self.watch.applied(room, &self.chat);
        }
    }

    /// Says what is to be said, and plans the rest.
    async fn settle(&mut self) {
        if !self.chat.is_caught_up() {
            return;
        }
        let now = Instant::now();
        if self.due.sends.is_none() {
            let sends = self.chat.sends();
            self.say(&sends).await;
        }
        // The connection may have ended over it.
        if !self.chat.is_caught_up() {
            return;
        }
        let (questions, again) = self.gaps.look(&self.chat.fetches(), now);
        self.due.gaps = again;
        self.say(&questions).await;
        if std::mem::take(&mut self.news) {
            self.due.marks = self.due.marks.or(Some(self.marks_from.max(now)));
        }
        match self.chat.outbox().is_waiting() {
            true => self.due.answers = self.due.answers.or(Some(now + ANSWER)),
            false => self.due.answers = None,
        }
    }

    async fn say(&mut self, frames: &[ClientFrame]) {
        let Some(socket) = &mut self.socket else { return };
        if frames.is_empty() {
            return;
        }
        for frame in frames {
            self.watch.said(frame);
        }
        self.status.lock().unwrap_or_else(PoisonError::into_inner).doing = "writing";
        if !socket.say(frames).await {
            self.lost(None);
        }
    }

    /// The connection is gone, or given up.
    fn lost(&mut self, code: Option<u16>) {
        self.socket = None;
        self.chat.disconnected();
        self.gaps.clear();
        let wait = self.backoff.wait(code, &mut self.random);
        let thaw = self.due.thaw;
        self.due = Due { connect: wait.map(|wait| Instant::now() + wait), thaw, ..Due::default() };
        if wait.is_none() {
            self.ended = true;
            self.watch.astonished(format!("the server closed for good, with {code:?}"));
        }
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

fn room_of(frame: &ServerFrame) -> Option<RoomId> {
    match frame {
        ServerFrame::Room { room } => Some(room.id),
        ServerFrame::Changes { room, .. } => Some(*room),
        ServerFrame::Change(change) => Some(change.room),
        ServerFrame::Accepted(accepted) => Some(accepted.room),
        ServerFrame::Stored(stored) => Some(stored.room),
        _ => None,
    }
}
