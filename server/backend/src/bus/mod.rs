//! Port: what the nodes of one instance tell each other.
//!
//! **Promise.** At most once; in order for each topic and publisher; nothing is kept. Who misses a
//! notice closes the hole by number. A notice is published only after what it tells is durable.

mod in_process;

use bytes::Bytes;
use model::{Rev, RoomId, SessionId, UserId};

use in_process::InProcess;

/// A piece of news, with the frame for sockets already encoded: once, for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// For everybody who listens to a room. `rev` if it is a durable change.
    Room { room: RoomId, rev: Option<Rev>, frame: Bytes },
    /// `user` is a member of `room` from now on; the frame describes the room.
    Joined { user: UserId, room: RoomId, frame: Bytes },
    /// A session of `user` has ended: its sockets close, its access tokens are refused.
    Ended { user: UserId, session: SessionId },
}

/// What a notice is about: the unit of order, and of subscription between nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Room(RoomId),
    User(UserId),
}

impl Notice {
    pub fn topic(&self) -> Topic {
        match self {
            Self::Room { room, .. } => Topic::Room(*room),
            Self::Joined { user, .. } | Self::Ended { user, .. } => Topic::User(*user),
        }
    }
}

/// Takes the notices that reach a node, quickly and without blocking.
pub type Sink = Box<dyn Fn(&Notice) + Send + Sync>;

#[derive(Clone)]
pub struct Bus(Medium);

#[derive(Clone)]
enum Medium {
    InProcess(InProcess),
}

impl Bus {
    /// A bus for an instance of one node.
    pub fn in_process() -> Self {
        Self(Medium::InProcess(InProcess::default()))
    }

    /// Names who takes this node's notices. Called once, before anything is published.
    pub fn attach(&self, sink: Sink) {
        match &self.0 {
            Medium::InProcess(bus) => bus.attach(sink),
        }
    }

    /// Somebody on this node listens to `topic` from now on. Watching twice counts twice.
    pub fn watch(&self, topic: Topic) {
        match &self.0 {
            Medium::InProcess(bus) => bus.watch(topic),
        }
    }

    /// One listener fewer. Notices may still come for a while.
    pub fn unwatch(&self, topic: Topic) {
        match &self.0 {
            Medium::InProcess(bus) => bus.unwatch(topic),
        }
    }

    /// Publishes; the order of calls is the order of arrival. Never blocks.
    pub fn publish(&self, notice: &Notice) {
        match &self.0 {
            Medium::InProcess(bus) => bus.publish(notice),
        }
    }
}
