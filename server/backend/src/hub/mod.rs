//! The listeners of this node: which sockets want which room, and what waits for each of them.
//!
//! A frame is encoded once and the same bytes are queued for every listener; nothing here waits.

mod beat;
mod listener;

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU32, Ordering},
};

use bytes::Bytes;
use dashmap::DashMap;
use model::{Rev, RoomId, SessionId, UserId, limits::SOCKETS_PER_USER, wire::CloseCode};

use crate::bus::{Bus, Notice, Topic};

pub use listener::{Listener, Outgoing};

#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    bus: Bus,
    rooms: DashMap<RoomId, RoomEntry>,
    users: DashMap<UserId, Vec<Arc<Listener>>>,
    /// Seconds since the start, counted by the beat.
    tick: AtomicU32,
}

struct RoomEntry {
    listeners: Vec<Arc<Listener>>,
    head: AtomicI64,
    changed: AtomicU32,
}

/// A listener that leaves the hub when it is dropped.
pub struct Subscription {
    hub: Hub,
    listener: Arc<Listener>,
}

impl Hub {
    /// A hub that takes what the bus brings.
    pub fn new(bus: Bus) -> Self {
        let hub = Self(Arc::new(Inner {
            bus: bus.clone(),
            rooms: DashMap::new(),
            users: DashMap::new(),
            tick: AtomicU32::new(0),
        }));
        let sink = hub.clone();
        bus.attach(Box::new(move |notice| sink.deliver(notice)));
        hub
    }

    /// Listens to everything that concerns a person; rooms follow with [`Subscription::join`].
    ///
    /// Returns `None` when the person has [`SOCKETS_PER_USER`] sockets already.
    pub fn listen(&self, user: UserId, session: SessionId) -> Option<Subscription> {
        let listener = Arc::new(Listener::new(user, session, self.0.tick.load(Ordering::Relaxed)));
        {
            let mut listeners = self.0.users.entry(user).or_default();
            if listeners.len() >= SOCKETS_PER_USER {
                return None;
            }
            listeners.push(listener.clone());
        }
        self.0.bus.watch(Topic::User(user));
        metrics::gauge!("rapport_sockets").increment(1);
        Some(Subscription { hub: self.clone(), listener })
    }

    /// Queues a frame for every local listener of a room.
    fn deliver(&self, notice: &Notice) {
        match notice {
            Notice::Room { room, rev, frame } => self.deliver_to_room(*room, *rev, frame),
            Notice::Joined { user, room, frame } => {
                for listener in self.listeners(*user) {
                    self.join(&listener, *room);
                    listener.push(Outgoing::Frame(frame.clone()));
                }
            }
            Notice::Ended { user, session } => {
                for listener in self.listeners(*user) {
                    if listener.session() == *session {
                        listener.close(CloseCode::SignedOut);
                    }
                }
            }
        }
    }

    fn deliver_to_room(&self, room: RoomId, rev: Option<Rev>, frame: &Bytes) {
        let Some(entry) = self.0.rooms.get(&room) else { return };
        if let Some(rev) = rev {
            entry.head.fetch_max(rev.0, Ordering::Relaxed);
            entry.changed.store(self.0.tick.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        #[cfg(feature = "mutants")]
        crate::mutants::tell_a_stranger(
            &entry.listeners,
            self.0.users.iter().flat_map(|user| user.clone()),
            frame,
        );
        for listener in &entry.listeners {
            listener.push(Outgoing::Frame(frame.clone()));
        }
        metrics::counter!("rapport_deliveries_total").increment(entry.listeners.len() as u64);
    }

    /// Closes every socket, as for a restart.
    pub fn close_all(&self, code: CloseCode) {
        for listeners in &self.0.users {
            for listener in listeners.iter() {
                listener.close(code);
            }
        }
    }

    /// How many sockets are open on this node.
    pub fn sockets(&self) -> usize {
        self.0.users.iter().map(|listeners| listeners.len()).sum()
    }

    fn listeners(&self, user: UserId) -> Vec<Arc<Listener>> {
        self.0.users.get(&user).map(|listeners| listeners.clone()).unwrap_or_default()
    }

    fn join(&self, listener: &Arc<Listener>, room: RoomId) {
        if !listener.remember(room) {
            return;
        }
        let mut entry = self.0.rooms.entry(room).or_insert_with(|| RoomEntry {
            listeners: Vec::new(),
            head: AtomicI64::new(0),
            changed: AtomicU32::new(0),
        });
        entry.listeners.push(listener.clone());
        if entry.listeners.len() == 1 {
            self.0.bus.watch(Topic::Room(room));
        }
    }

    fn part(&self, listener: &Arc<Listener>, room: RoomId) {
        let remaining = |_: &RoomId, entry: &mut RoomEntry| {
            if let Some(place) = entry.listeners.iter().position(|other| Arc::ptr_eq(other, listener)) {
                entry.listeners.swap_remove(place);
            }
            entry.listeners.is_empty()
        };
        if self.0.rooms.remove_if_mut(&room, remaining).is_some() {
            self.0.bus.unwatch(Topic::Room(room));
        }
    }

    fn leave(&self, listener: &Arc<Listener>) {
        for room in listener.retire() {
            self.part(listener, room);
        }
        self.0.users.remove_if_mut(&listener.user(), |_, listeners| {
            listeners.retain(|other| !Arc::ptr_eq(other, listener));
            listeners.is_empty()
        });
        self.0.bus.unwatch(Topic::User(listener.user()));
        metrics::gauge!("rapport_sockets").decrement(1);
    }
}

impl Subscription {
    /// Adds a room; what is published in it from now on is queued.
    pub fn join(&self, room: RoomId) {
        self.hub.join(&self.listener, room);
    }

    pub fn listener(&self) -> &Arc<Listener> {
        &self.listener
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.leave(&self.listener);
    }
}
