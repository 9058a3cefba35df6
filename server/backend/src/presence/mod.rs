//! Port: presence. Which sockets a person has, over all nodes.

mod memory;
mod redis;

use std::{collections::HashSet, time::Duration};

use model::{UserId, limits::SOCKETS_PER_USER};

use self::redis::Redis;
use crate::{clock::Clock, redis::Link};
use memory::Memory;

/// How long a socket counts without a beat: of a node that was killed nothing is left after it.
const LIFETIME: Duration = Duration::from_secs(90);

/// Knows who is online, and keeps everybody to [`SOCKETS_PER_USER`] sockets.
///
/// Promise: a socket counts from its arrival until it leaves, or until [`Presence::LIFETIME`] after its
/// last beat. The cap holds over all nodes, however many sockets arrive at once. While the medium is
/// away, each node counts its own sockets only, and lets in more rather than fewer; the beats that
/// follow bring the medium up to date again.
pub struct Presence(Implementation);

enum Implementation {
    Memory(Memory),
    Redis(Redis),
}

/// A socket, among all sockets of all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SocketId(u64);

/// The person has [`SOCKETS_PER_USER`] sockets already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this person has {SOCKETS_PER_USER} sockets already")]
pub struct TooMany;

impl SocketId {
    /// A new one, drawn by chance.
    #[expect(clippy::new_without_default, reason = "no two are the same")]
    pub fn new() -> Self {
        Self(rand::random())
    }
}

impl Presence {
    /// How long a socket counts without a beat. Beats should come three times as often.
    pub const LIFETIME: Duration = LIFETIME;

    /// Knows the sockets of this process.
    pub fn memory(clock: Clock) -> Self {
        Self(Implementation::Memory(Memory::new(clock)))
    }

    /// Knows the sockets of all nodes that share a Redis.
    pub fn redis(link: Link, clock: Clock) -> Self {
        Self(Implementation::Redis(Redis::new(link, clock)))
    }

    /// A person opens a socket. Arriving twice is arriving once.
    ///
    /// # Errors
    /// The person has too many already; nothing has changed.
    pub async fn arrive(&self, user: UserId, socket: SocketId) -> Result<(), TooMany> {
        match &self.0 {
            Implementation::Memory(memory) => memory.arrive(user, socket),
            Implementation::Redis(redis) => redis.arrive(user, socket).await,
        }
    }

    /// These sockets of this node are still open. Not to be called for one that has left.
    pub async fn beat(&self, sockets: &[(UserId, SocketId)]) {
        match &self.0 {
            Implementation::Memory(memory) => memory.beat(sockets),
            Implementation::Redis(redis) => redis.beat(sockets).await,
        }
    }

    /// A socket has closed.
    pub async fn leave(&self, user: UserId, socket: SocketId) {
        match &self.0 {
            Implementation::Memory(memory) => memory.leave(user, socket),
            Implementation::Redis(redis) => redis.leave(user, socket).await,
        }
    }

    /// Those of `users` who have a socket.
    pub async fn online(&self, users: &[UserId]) -> HashSet<UserId> {
        match &self.0 {
            Implementation::Memory(memory) => memory.online(users),
            Implementation::Redis(redis) => redis.online(users).await,
        }
    }
}
