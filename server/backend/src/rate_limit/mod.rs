//! Port: rate limits.

mod limit;
mod memory;

use std::net::{IpAddr, Ipv6Addr};

use model::{Error, Result, UserId};
use sha2::{Digest, Sha256};

pub use limit::Limit;

use crate::clock::Clock;
use memory::Memory;

/// Counts how often something is done, for each [`Limit`] and each [`Key`] apart.
///
/// Promise: of a [`Limit`] at once `burst` pass, then one for every `every`; a refused try costs
/// nothing. An unused key is forgotten, so memory is bounded by what happens within a few periods.
/// When the counts cannot be reached, sign-in is refused and everything else passes.
pub struct RateLimit(Implementation);

enum Implementation {
    Memory(Memory),
}

/// Whose tries are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    User(UserId),
    /// An IPv4 address, or the /64 network of an IPv6 address: one household has one of them.
    Address(IpAddr),
    /// What somebody typed to name an account: its hash, so that keys stay small.
    Text([u8; 16]),
}

impl RateLimit {
    /// Counts within this process.
    pub fn memory(clock: Clock) -> Self {
        Self(Implementation::Memory(Memory::new(clock)))
    }

    /// Counts one try.
    ///
    /// # Errors
    /// [`model::Code::RateLimited`] with the wait until a try passes again.
    pub fn check(&self, limit: Limit, key: impl Into<Key>) -> Result<()> {
        let wait = match &self.0 {
            Implementation::Memory(memory) => memory.take(limit, key.into()),
        };
        let Some(wait) = wait else { return Ok(()) };
        metrics::counter!("rapport_rate_limited_total", "limit" => limit.name()).increment(1);
        Err(Error::rate_limited(wait))
    }

    /// Makes a try that passed not count, for what turned out to cost nothing.
    pub fn give_back(&self, limit: Limit, key: impl Into<Key>) {
        match &self.0 {
            Implementation::Memory(memory) => memory.give_back(limit, key.into()),
        }
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
}

impl From<UserId> for Key {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl From<IpAddr> for Key {
    fn from(address: IpAddr) -> Self {
        let network = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
            v4 => v4,
        };
        Self::Address(network)
    }
}
