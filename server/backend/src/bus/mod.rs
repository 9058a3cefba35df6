//! Port: what the nodes of one instance tell each other.
//!
//! **Promise.** At most once; in order for each topic and publisher; nothing is kept. A notice is
//! published only after what it tells is durable. Who misses one closes the hole by number; and where
//! notices may have been missed unseen, the node is told so (the gap, see [`Bus::attach`]).
//!
//! Listeners of the publishing node get a notice at once and whatever the state of the medium.

mod in_process;
mod redis;

use bytes::Bytes;
use model::{Rev, RoomId, SessionId, UserId};

use self::redis::Redis;
use crate::{membership::MembershipVersion, redis::Settings};
use in_process::InProcess;

/// A piece of news, with the frame for sockets already encoded: once, for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// For everybody who listens to a room. `rev` if it is a durable change.
    Room { room: RoomId, rev: Option<Rev>, frame: Bytes },
    /// `user` is a member of `room` as of this moment of it; the frame describes the room. A node that
    /// begins to watch the room because of it may miss what follows at once: it looks at the room's head
    /// after [`Bus::watching`].
    Joined { user: UserId, room: RoomId, version: MembershipVersion, frame: Bytes },
    /// `user` is no member of `room` as of this moment of it: nothing of it reaches them any more but this
    /// frame, which says so.
    Left { user: UserId, room: RoomId, version: MembershipVersion, frame: Bytes },
    /// For every socket of one person.
    Person { user: UserId, frame: Bytes },
    /// A session of `user` has ended: its sockets close, its access tokens are refused.
    Ended { user: UserId, session: SessionId },
}

/// What a notice is about: the unit of order, and of subscription between nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Room(RoomId),
    User(UserId),
    /// Sessions that end: every node watches this from [`Bus::attach`] on, since each of them could be
    /// shown their access tokens.
    Sessions,
}

impl Notice {
    pub fn topic(&self) -> Topic {
        match self {
            Self::Room { room, .. } => Topic::Room(*room),
            Self::Joined { user, .. } | Self::Left { user, .. } | Self::Person { user, .. } => {
                Topic::User(*user)
            }
            Self::Ended { .. } => Topic::Sessions,
        }
    }
}

/// Takes the notices that reach a node, quickly and without blocking.
pub type Sink = Box<dyn Fn(&Notice) + Send + Sync>;

/// Told that notices of other nodes may have been missed and that every topic watched is heard again:
/// what was missed is to be read, session ends included. Quick and without blocking.
pub type Gap = Box<dyn Fn() + Send + Sync>;

#[derive(Clone)]
pub struct Bus(Medium);

#[derive(Clone)]
enum Medium {
    InProcess(InProcess),
    Redis(Redis),
}

impl Bus {
    /// A bus for an instance of one node.
    pub fn in_process() -> Self {
        Self(Medium::InProcess(InProcess::default()))
    }

    /// A bus for nodes that share a Redis. Connects in the background, and again whenever the
    /// connection is lost. Needs a runtime.
    pub fn redis(settings: Settings) -> Self {
        Self(Medium::Redis(Redis::start(settings)))
    }

    /// Names who takes this node's notices. Called once, before anything is published. A node that
    /// only publishes needs none.
    pub fn attach(&self, sink: Sink, gap: Gap) {
        match &self.0 {
            Medium::InProcess(bus) => bus.attach(sink),
            Medium::Redis(bus) => bus.attach(sink, gap),
        }
    }

    /// Somebody on this node listens to `topic` from now on. Watching twice counts twice. Notices of
    /// other nodes may begin a little later: see [`Bus::watching`].
    pub fn watch(&self, topic: Topic) {
        match &self.0 {
            Medium::InProcess(bus) => bus.watch(topic),
            Medium::Redis(bus) => bus.watch(topic),
        }
    }

    /// One listener fewer. Notices may still come for a while.
    pub fn unwatch(&self, topic: Topic) {
        match &self.0 {
            Medium::InProcess(bus) => bus.unwatch(topic),
            Medium::Redis(bus) => bus.unwatch(topic),
        }
    }

    /// Waits until every watch asked for so far is effective on all nodes. Who then reads the database
    /// misses nothing: it is in what is read, or in a notice to come.
    ///
    /// Gives up after a second, and at once while the medium is away: the gap is then told when every
    /// watch is effective.
    pub async fn watching(&self) {
        match &self.0 {
            Medium::InProcess(_) => {}
            Medium::Redis(bus) => bus.watching().await,
        }
    }

    /// Publishes; the order of calls is the order of arrival. Never blocks. What cannot be passed on to
    /// the other nodes is dropped and counted, and they are told the gap.
    pub fn publish(&self, notice: &Notice) {
        match &self.0 {
            Medium::InProcess(bus) => bus.publish(notice),
            Medium::Redis(bus) => bus.publish(notice),
        }
    }

    /// Tells the other nodes a gap: for a process that goes on with the work of one that died, and may not
    /// have told everything.
    pub fn tell_gap(&self) {
        match &self.0 {
            Medium::InProcess(_) => {}
            Medium::Redis(bus) => bus.tell_gap(),
        }
    }

    /// Waits until what was published so far has left this process, or a second: for the way down.
    pub async fn flush(&self) {
        match &self.0 {
            Medium::InProcess(_) => {}
            Medium::Redis(bus) => bus.flush().await,
        }
    }

    /// Whether there are other nodes to be heard.
    pub fn is_shared(&self) -> bool {
        !matches!(self.0, Medium::InProcess(_))
    }

    /// Whether this node hears the others and is heard.
    pub fn is_connected(&self) -> bool {
        match &self.0 {
            Medium::InProcess(_) => true,
            Medium::Redis(bus) => bus.is_connected(),
        }
    }
}
