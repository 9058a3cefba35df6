//! Limits counted in this process (the generic cell rate algorithm: one number for each key).

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Key, Limit};
use crate::clock::Clock;

const SHARDS: usize = 16;
/// A shard smaller than this is not worth sweeping.
const SWEEP_FROM: usize = 1_024;

pub(super) struct Memory {
    clock: Clock,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

/// For each key the moment (milliseconds since 1970) at which its whole burst is free again.
struct Shard {
    free_at: HashMap<(Limit, Key), i64>,
    sweep_at: usize,
}

impl Memory {
    pub(super) fn new(clock: Clock) -> Self {
        let shard = |_| Mutex::new(Shard { free_at: HashMap::new(), sweep_at: SWEEP_FROM });
        Self { clock, hasher: RandomState::new(), shards: std::array::from_fn(shard) }
    }

    /// Lets one try pass, or says how many milliseconds it has to wait.
    pub(super) fn take(&self, limit: Limit, key: Key) -> Option<u32> {
        let now = self.clock.now().timestamp_millis();
        let mut shard = self.shard(key);
        shard.sweep(now);
        shard.take(limit, key, now)
    }

    /// Takes a try back that passed.
    pub(super) fn give_back(&self, limit: Limit, key: Key) {
        self.shard(key).give_back(limit, key);
    }

    fn shard(&self, key: Key) -> MutexGuard<'_, Shard> {
        let shard = self.hasher.hash_one(key) as usize % SHARDS;
        // Each entry is whole at every moment, so a panic elsewhere does not spoil the map.
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn give_back(&mut self, limit: Limit, key: Key) {
        if let Some(free_at) = self.free_at.get_mut(&(limit, key)) {
            *free_at -= limit.every().as_millis() as i64;
        }
    }

    fn take(&mut self, limit: Limit, key: Key, now: i64) -> Option<u32> {
        let every = limit.every().as_millis() as i64;
        let burst = every * i64::from(limit.burst());
        let free_at = self.free_at.entry((limit, key)).or_insert(now);
        // Further off than a whole burst: the system's clock was set back. One passes, or everybody
        // would wait until the clock has come as far as it was.
        if *free_at > now + burst {
            *free_at = now + burst - every;
        }
        let start = (*free_at).max(now);
        let wait = start + every - (now + burst);
        if wait > 0 {
            return Some(u32::try_from(wait).unwrap_or(u32::MAX));
        }
        *free_at = start + every;
        None
    }

    fn sweep(&mut self, now: i64) {
        if self.free_at.len() < self.sweep_at {
            return;
        }
        self.free_at.retain(|_, free_at| *free_at > now);
        self.sweep_at = (self.free_at.len() * 2).max(SWEEP_FROM);
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use model::UserId;

    use super::*;

    #[test]
    fn forgets_what_is_over() {
        let clock = Clock::manual(DateTime::UNIX_EPOCH);
        let memory = Memory::new(clock.clone());
        let keys = || {
            let count = |shard: &Mutex<Shard>| shard.lock().expect("not poisoned").free_at.len();
            memory.shards.iter().map(count).sum::<usize>()
        };
        for _ in 0..SHARDS * SWEEP_FROM * 3 {
            memory.take(Limit::Send, UserId::new().into());
            clock.advance(TimeDelta::milliseconds(1));
        }
        assert!(keys() <= SHARDS * SWEEP_FROM, "{} keys", keys());
    }
}
