//! One socket as the hub sees it: a bounded queue and a word of farewell.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use bytes::Bytes;
use model::{
    RoomId, SessionId, UserId,
    limits::{QUEUE_BYTES, QUEUE_FRAMES},
    wire::CloseCode,
};
use tokio::sync::Notify;

use crate::{membership::MembershipVersion, presence::SocketId};

/// What a socket's task is to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// A text frame.
    Frame(Bytes),
    /// A text frame, together with a WebSocket ping.
    Beat(Bytes),
}

pub struct Listener {
    user: UserId,
    session: SessionId,
    socket: SocketId,
    state: Mutex<State>,
    /// Held while a room is joined or left: see [`Listener::one_after_the_other`].
    turn: Mutex<()>,
    wake: Notify,
    /// The hub's tick when the client was last heard.
    heard: AtomicU32,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Outgoing>,
    bytes: usize,
    closing: Option<CloseCode>,
    rooms: Vec<RoomId>,
    /// What was last heard of a membership: as of this moment of the room it stood, or it did not.
    news: Vec<(RoomId, MembershipVersion, bool)>,
    retired: bool,
}

impl Listener {
    pub(super) fn new(user: UserId, session: SessionId, socket: SocketId, tick: u32) -> Self {
        Self {
            user,
            session,
            socket,
            state: Mutex::new(State::default()),
            turn: Mutex::new(()),
            wake: Notify::new(),
            heard: AtomicU32::new(tick),
        }
    }

    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn session(&self) -> SessionId {
        self.session
    }

    /// What the nodes call it among each other.
    pub fn socket(&self) -> SocketId {
        self.socket
    }

    /// Queues a frame. A reader too slow for its bounded queue is cut off: what it missed, it
    /// fetches when it resumes.
    pub fn push(&self, outgoing: Outgoing) {
        let mut state = self.state();
        if state.closing.is_some() {
            return;
        }
        state.bytes += outgoing.len();
        state.queue.push_back(outgoing);
        if state.queue.len() > QUEUE_FRAMES || state.bytes > QUEUE_BYTES {
            metrics::counter!("rapport_slow_readers_total").increment(1);
            state.close(CloseCode::SlowReader);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Ends the connection; says whether it was open. The first reason stands.
    pub fn close(&self, code: CloseCode) -> bool {
        let was_open = self.state().close(code);
        self.wake.notify_one();
        was_open
    }

    /// Waits until the connection is to end. For the one task that also calls [`Listener::next`].
    pub async fn closed(&self) -> CloseCode {
        loop {
            let closing = self.state().closing;
            if let Some(code) = closing {
                return code;
            }
            self.wake.notified().await;
        }
    }

    /// Waits until there is something to do, then moves all that is queued into `batch`.
    ///
    /// # Errors
    /// The connection is to end, for the reason given.
    pub async fn next(&self, batch: &mut Vec<Outgoing>) -> Result<(), CloseCode> {
        loop {
            {
                let mut state = self.state();
                if let Some(code) = state.closing {
                    return Err(code);
                }
                if !state.queue.is_empty() {
                    batch.extend(state.queue.drain(..));
                    state.bytes = 0;
                    // A burst's buffer is not kept by an idle connection.
                    if state.queue.capacity() > 64 {
                        state.queue = VecDeque::new();
                    }
                    return Ok(());
                }
            }
            self.wake.notified().await;
        }
    }

    /// The client was heard at `tick`.
    pub fn hear(&self, tick: u32) {
        self.heard.store(tick, Ordering::Relaxed);
    }

    pub(super) fn heard(&self) -> u32 {
        self.heard.load(Ordering::Relaxed)
    }

    /// News of a membership, what follows for the rooms, and the word to the client are one step: of two
    /// threads that bring news the client hears the newer one last.
    pub(super) fn one_after_the_other(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a room; false if it is noted already, the listener has left, or its person has left the room
    /// since whoever asks read of it.
    pub(super) fn remember(&self, room: RoomId) -> bool {
        let mut state = self.state();
        let ended = state.news.iter().any(|(of, _, is_member)| *of == room && !is_member);
        if state.retired || ended || state.rooms.contains(&room) {
            return false;
        }
        state.rooms.push(room);
        true
    }

    /// Notes whether the user is a member at this version of the room's memberships; false if a newer one is known.
    /// Notices of two nodes may overtake each other.
    pub(super) fn hear_of(&self, room: RoomId, version: MembershipVersion, is_member: bool) -> bool {
        let mut state = self.state();
        if state.news.iter().any(|(of, known, _)| *of == room && *known > version) {
            return false;
        }
        state.news.retain(|(of, ..)| *of != room);
        state.news.push((room, version, is_member));
        true
    }

    /// Takes a room away again.
    pub(super) fn forget(&self, room: RoomId) {
        self.state().rooms.retain(|of| *of != room);
    }

    pub(super) fn rooms(&self) -> Vec<RoomId> {
        self.state().rooms.clone()
    }

    pub(super) fn listens_to(&self, room: RoomId) -> bool {
        self.state().rooms.contains(&room)
    }

    /// Takes the rooms away for good.
    pub(super) fn retire(&self) -> Vec<RoomId> {
        let mut state = self.state();
        state.retired = true;
        std::mem::take(&mut state.rooms)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn close(&mut self, code: CloseCode) -> bool {
        let was_open = self.closing.is_none();
        self.closing.get_or_insert(code);
        self.queue = VecDeque::new();
        self.bytes = 0;
        was_open
    }
}

impl Outgoing {
    fn len(&self) -> usize {
        match self {
            Self::Frame(bytes) | Self::Beat(bytes) => bytes.len(),
        }
    }
}
