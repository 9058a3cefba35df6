//! The listeners of this node: which sockets want which room, and what waits for each of them.
//!
//! A frame is encoded once and the same bytes are queued for every listener; nothing here waits.

mod beat;
mod listener;
#[cfg(feature = "mutants")]
mod mutated;
mod presence;
mod repair;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering},
};

use bytes::Bytes;
use dashmap::DashMap;
use model::{Rev, RoomId, SessionId, UserId, limits::SOCKETS_PER_USER, wire::CloseCode};

use crate::{
    bus::{Bus, Notice, Topic},
    clock::Clock,
    membership::{Membership, MembershipVersion},
    presence::SocketId,
    sessions::EndedSessions,
};
use presence::Departures;
use repair::Doubts;

pub use listener::{Listener, Outgoing};

#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    bus: Bus,
    rooms: DashMap<RoomId, RoomEntry>,
    users: DashMap<UserId, Vec<Arc<Listener>>>,
    ended: Arc<EndedSessions>,
    clock: Clock,
    /// Seconds since the start, counted by the beat.
    tick: AtomicU32,
    doubts: Doubts,
    departures: Departures,
    /// Nobody is to stay: the process ends.
    leaving: AtomicBool,
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
    pub fn new(bus: Bus, ended: Arc<EndedSessions>, clock: Clock) -> Self {
        let hub = Self(Arc::new(Inner {
            bus: bus.clone(),
            rooms: DashMap::new(),
            users: DashMap::new(),
            ended,
            clock,
            tick: AtomicU32::new(0),
            doubts: Doubts::default(),
            departures: Departures::default(),
            leaving: AtomicBool::new(false),
        }));
        let (sink, gap) = (hub.clone(), hub.clone());
        bus.attach(Box::new(move |notice| sink.deliver(notice)), Box::new(move || gap.0.doubts.everything()));
        hub
    }

    /// Listens to everything that concerns a person; rooms follow with [`Subscription::join`].
    ///
    /// Returns `None` when the person has [`SOCKETS_PER_USER`] sockets already.
    pub fn listen(&self, user: UserId, session: SessionId) -> Option<Subscription> {
        let tick = self.0.tick.load(Ordering::Relaxed);
        let listener = Arc::new(Listener::new(user, session, SocketId::new(), tick));
        {
            let mut listeners = self.0.users.entry(user).or_default();
            if listeners.len() >= SOCKETS_PER_USER {
                return None;
            }
            listeners.push(listener.clone());
        }
        self.0.bus.watch(Topic::User(user));
        metrics::gauge!("rapport_sockets").increment(1);
        // After it is among the others: whoever is not closed with them is closed here.
        if self.0.leaving.load(Ordering::SeqCst) {
            listener.close(CloseCode::Restarting);
        }
        Some(Subscription { hub: self.clone(), listener })
    }

    /// Queues a frame for every local listener of a room.
    fn deliver(&self, notice: &Notice) {
        match notice {
            Notice::Room { room, rev, frame } => self.deliver_to_room(*room, *rev, frame),
            Notice::Joined { user, room, version, frame } => {
                for listener in self.listeners(*user) {
                    self.admit(&listener, *room, *version, frame);
                }
                // What was published elsewhere before the room was listened to is looked for.
                if self.0.bus.is_shared() && self.0.rooms.contains_key(room) {
                    self.0.doubts.room(*room);
                }
            }
            Notice::Left { user, room, version, frame } => {
                for listener in self.listeners(*user) {
                    let _one = listener.one_after_the_other();
                    if listener.hear_of(*room, *version, false) {
                        self.expel(&listener, *room, frame);
                    }
                }
            }
            Notice::Person { user, frame } => {
                for listener in self.listeners(*user) {
                    listener.push(Outgoing::Frame(frame.clone()));
                }
            }
            Notice::Ended { user, session } => {
                self.0.ended.insert(*session, self.0.clock.now());
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
        mutated::tell_a_stranger(&entry.listeners, self.0.users.iter().flat_map(|user| user.clone()), frame);
        for listener in &entry.listeners {
            listener.push(Outgoing::Frame(frame.clone()));
        }
        metrics::counter!("rapport_deliveries_total").increment(entry.listeners.len() as u64);
    }

    /// From now on every socket that comes is sent away at once: its upgrade was under way when the
    /// process was asked to end.
    pub fn close_door(&self) {
        self.0.leaving.store(true, Ordering::SeqCst);
    }

    /// Closes at most `count` sockets that are not closing yet, as for a restart; says whether there
    /// were so many.
    pub fn close_some(&self, code: CloseCode, count: usize) -> bool {
        let open = self.0.users.iter().flat_map(|listeners| listeners.clone());
        open.filter(|listener| listener.close(code)).take(count).count() == count
    }

    /// How many sockets are open on this node.
    pub fn sockets(&self) -> usize {
        self.0.users.iter().map(|listeners| listeners.len()).sum()
    }

    fn listeners(&self, user: UserId) -> Vec<Arc<Listener>> {
        self.0.users.get(&user).map(|listeners| listeners.clone()).unwrap_or_default()
    }

    /// Returns whether it did not listen to the room before.
    fn join(&self, listener: &Arc<Listener>, room: RoomId) -> bool {
        if !listener.remember(room) {
            return false;
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
        drop(entry);
        // It left, or its person left the room, after the room was noted and before it was here.
        if !listener.listens_to(room) {
            self.part(listener, room);
        }
        true
    }

    /// Who is connected, and the rooms they listen to.
    pub fn memberships(&self) -> Vec<(UserId, Vec<RoomId>)> {
        let listeners = self.0.users.iter().flat_map(|user| user.clone());
        listeners.map(|listener| (listener.user(), listener.rooms())).collect()
    }

    /// The listener's user is a member at this version of the room, which the frame describes, unless a newer one is
    /// known.
    fn admit(&self, listener: &Arc<Listener>, room: RoomId, version: MembershipVersion, frame: &Bytes) {
        let _one = listener.one_after_the_other();
        if listener.hear_of(room, version, true) {
            self.join(listener, room);
            listener.push(Outgoing::Frame(frame.clone()));
        }
    }

    /// Nothing of the room reaches the listener any more but this frame, which says so.
    fn expel(&self, listener: &Arc<Listener>, room: RoomId, frame: &Bytes) {
        listener.forget(room);
        self.part(listener, room);
        listener.push(Outgoing::Frame(frame.clone()));
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
        self.0.departures.add(listener.user(), listener.socket());
        metrics::gauge!("rapport_sockets").decrement(1);
    }
}

impl Subscription {
    /// Adds a room; what is published in it from now on is queued.
    pub fn join(&self, room: RoomId) {
        let _one = self.listener.one_after_the_other();
        self.hub.join(&self.listener, room);
    }

    /// The same for a membership that was found while others were read: what was published in the room
    /// elsewhere before it was listened to is looked for.
    pub fn join_late(&self, Membership { room, version, .. }: Membership) {
        let _one = self.listener.one_after_the_other();
        let is_member = self.listener.hear_of(room, version, true);
        if is_member && self.hub.join(&self.listener, room) && self.hub.0.bus.is_shared() {
            self.hub.0.doubts.room(room);
        }
    }

    /// The room was refused to this listener, though it may listen to it: whoever ended the membership
    /// may have died before it was told.
    pub fn doubt(&self, room: RoomId) {
        if self.listener.listens_to(room) {
            self.hub.0.doubts.person(self.listener.user());
        }
    }

    /// Whether what is published in a room is queued.
    pub fn listens_to(&self, room: RoomId) -> bool {
        self.listener.listens_to(room)
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
