//! Port: the cache. Answers of the database, kept for a while by all nodes together.

mod key;
mod memory;
mod redis;

use serde::{Serialize, de::DeserializeOwned};

pub use key::Key;

use self::redis::Redis;
use crate::{clock::Clock, redis::Link};
use memory::Memory;

pub use crate::redis::Away;

/// Keeps values under typed keys.
///
/// Promise: what is kept expires ([`Key::lifetime`]). A lost cache is only slower: while the medium is
/// away, everything is missing, at once. When [`Cache::forget`] returns `Ok`, the value is gone for every
/// node, and for [`Cache::BARRED_FOR`] nothing is put in its place: who read the database before the
/// change cannot bring the old answer back. A value that is there is not overwritten: it stands until it
/// expires or is forgotten.
///
/// **Permission.** A cached answer may allow only what its change forgets. Who takes a permission away
/// forgets it twice: before the transaction, and gives up if that fails (the cache cannot be reached, so
/// old answers would stand until they expire); and again after the commit, since the transaction may
/// have taken longer than the bar. A node that dies in between leaves the bar of the first. Only
/// positive answers are kept: nobody who has just been let in is turned away.
///
/// [`Cache::memory`] is for an instance of one node: of what other nodes forget it does not hear.
///
/// **What is not kept.** Profiles and newest pages have keys for those who will need them, and no use
/// yet: a room's newest page is right only at the room's present `rev`, and to know that costs the very
/// statement that the cache would save.
pub struct Cache(Implementation);

enum Implementation {
    Memory(Memory),
    Redis(Redis),
}

impl Cache {
    /// How long nothing is put where something was forgotten. Between reading the database and putting
    /// what was read there must never pass as much.
    pub const BARRED_FOR: std::time::Duration = std::time::Duration::from_secs(30);

    /// Keeps values in this process, a bounded number of them.
    pub fn memory(clock: Clock) -> Self {
        Self(Implementation::Memory(Memory::new(clock)))
    }

    /// Keeps values in a Redis.
    pub fn redis(link: Link) -> Self {
        Self(Implementation::Redis(Redis::new(link)))
    }

    /// The value of a key, if it is there.
    pub async fn get<T: DeserializeOwned>(&self, key: Key) -> Option<T> {
        self.get_many(&[key]).await.pop().flatten()
    }

    /// The values of many keys, in their order, asked for in one go.
    pub async fn get_many<T: DeserializeOwned>(&self, keys: &[Key]) -> Vec<Option<T>> {
        if keys.is_empty() {
            return Vec::new();
        }
        let values = match &self.0 {
            Implementation::Memory(memory) => memory.get_many(keys),
            Implementation::Redis(redis) => redis.get_many(keys).await,
        };
        let hits = values.iter().flatten().count();
        metrics::counter!("rapport_cache_hits_total").increment(hits as u64);
        metrics::counter!("rapport_cache_misses_total").increment((keys.len() - hits) as u64);
        // What another version of the program wrote may be unreadable: it is missing.
        let read = |value: Option<Vec<u8>>| value.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        values.into_iter().map(read).collect()
    }

    /// Keeps a value.
    pub async fn put<T: Serialize>(&self, key: Key, value: &T) {
        self.put_many(&[(key, value)]).await;
    }

    /// Keeps many values, in one go.
    pub async fn put_many<T: Serialize>(&self, entries: &[(Key, T)]) {
        let written = |(key, value): &(Key, T)| Some((*key, serde_json::to_vec(value).ok()?));
        let entries: Vec<(Key, Vec<u8>)> = entries.iter().filter_map(written).collect();
        if entries.is_empty() {
            return;
        }
        match &self.0 {
            Implementation::Memory(memory) => memory.put_many(entries),
            Implementation::Redis(redis) => redis.put_many(entries).await,
        }
    }

    /// Lets what is kept under these keys live as long as if it had been put now. What is not there does
    /// not come to be; a bar may last longer.
    pub async fn renew(&self, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        match &self.0 {
            Implementation::Memory(memory) => memory.renew(keys),
            Implementation::Redis(redis) => redis.renew(keys).await,
        }
    }

    /// Takes a value away, on every node, and bars its place.
    ///
    /// # Errors
    /// The medium does not answer: the value may still be there until it expires.
    pub async fn forget(&self, key: Key) -> Result<(), Away> {
        match &self.0 {
            Implementation::Memory(memory) => {
                memory.forget(key);
                Ok(())
            }
            Implementation::Redis(redis) => redis.forget(key).await,
        }
    }
}
