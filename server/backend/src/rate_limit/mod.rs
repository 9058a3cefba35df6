//! Port: rate limits.

mod limit;
mod memory;
mod redis;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{Error, Result, UserId};
use sha2::{Digest, Sha256};

pub use limit::Limit;

use self::redis::Redis;
use crate::{
    clock::Clock,
    redis::{Away, Link},
};
use memory::Memory;

/// What [`RateLimit::wait`] asks for while the counts cannot be reached, in milliseconds.
const WAIT_FOR_COUNTS: u32 = 1_000;

/// Counts how often something is done, for each [`Limit`] and each [`Key`] apart.
///
/// Promise: of a [`Limit`] at once `burst` pass, then one for every `every`; a refused try costs
/// nothing. An unused key is forgotten, so memory is bounded by what happens within a few periods.
/// When the counts cannot be reached, or not soon enough to wait for, sign-in and sign-up are refused and everything
/// else passes (see [`Limit::fails_closed`]).
pub struct RateLimit(Implementation);

enum Implementation {
    Memory(Box<Memory>),
    Redis(Redis),
}

/// Whose tries are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    User(UserId),
    /// An IPv4 address, or the /64 network of an IPv6 address: one household has one of them.
    Address(IpAddr),
    /// Any other subject, as an account or a mailbox: its hash, so that keys stay small.
    Text([u8; 16]),
}

impl RateLimit {
    /// Counts within this process.
    pub fn memory(clock: Clock) -> Self {
        Self(Implementation::Memory(Box::new(Memory::new(clock))))
    }

    /// Counts for all nodes that share a Redis.
    pub fn redis(link: Link, clock: Clock) -> Self {
        Self(Implementation::Redis(Redis::new(link, clock)))
    }

    /// Counts one try.
    ///
    /// # Errors
    /// [`model::Code::RateLimited`] with the wait until a try passes again;
    /// [`model::Code::Unavailable`] if that is not known and the limit fails closed.
    pub async fn check(&self, limit: Limit, key: impl Into<Key>) -> Result<()> {
        match self.take(limit, key.into()).await {
            Ok(None) => Ok(()),
            Ok(Some(wait)) => Err(Error::rate_limited(wait)),
            Err(Away) if limit.fails_closed() => Err(Error::unavailable()),
            Err(Away) => Ok(()),
        }
    }

    /// Counts one try: `None` if it passes, else the milliseconds until one does. Where that is not
    /// known, a limit that fails closed asks for a second.
    pub async fn wait(&self, limit: Limit, key: impl Into<Key>) -> Option<u32> {
        match self.take(limit, key.into()).await {
            Ok(wait) => wait,
            Err(Away) => limit.fails_closed().then_some(WAIT_FOR_COUNTS),
        }
    }

    /// Makes a try that passed not count, for what turned out to cost nothing.
    pub async fn give_back(&self, limit: Limit, key: impl Into<Key>) {
        match &self.0 {
            Implementation::Memory(memory) => memory.give_back(limit, key.into()),
            Implementation::Redis(redis) => redis.give_back(limit, key.into()).await,
        }
    }

    async fn take(&self, limit: Limit, key: Key) -> std::result::Result<Option<u32>, Away> {
        let taken = match &self.0 {
            Implementation::Memory(memory) => Ok(memory.take(limit, key)),
            Implementation::Redis(redis) => redis.take(limit, key).await,
        };
        match taken {
            Ok(None) => {}
            Ok(Some(_)) => {
                metrics::counter!("rapport_rate_limited_total", "limit" => limit.name()).increment(1);
            }
            Err(Away) => {
                metrics::counter!("rapport_limits_unknown_total", "limit" => limit.name()).increment(1);
            }
        }
        taken
    }
}

impl Key {
    /// `text` is folded by the caller.
    pub fn text(text: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Self::Text(half)
    }

    /// What is done to `subject` from the network of `address`: the /24 of an IPv4 address, the /64 of an
    /// IPv6 address. Each network has a budget of its own, so that nobody uses up another network's.
    pub fn from_network(subject: &str, address: IpAddr) -> Self {
        let network = match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8))),
            IpAddr::V6(v6) => IpAddr::V6(network_v6(v6)),
        };
        Self::text(&format!("{network} {subject}"))
    }

    /// The same for the /48 of an IPv6 address: one customer may have as much, which is 65,536 networks.
    pub fn from_site(subject: &str, address: IpAddr) -> Self {
        let site = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80))),
            v4 => v4,
        };
        Self::from_network(subject, site)
    }
}

fn network_v6(address: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))
}

impl From<UserId> for Key {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl From<IpAddr> for Key {
    fn from(address: IpAddr) -> Self {
        let network = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(network_v6(v6)),
            v4 => v4,
        };
        Self::Address(network)
    }
}
