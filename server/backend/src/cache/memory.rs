//! A cache within this process.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Cache, Key};
use crate::clock::Clock;

/// Most values kept.
const MOST: usize = 65_536;
/// A value larger than this is not kept: bounds what all together take.
const LARGEST: usize = 64 * 1024;

pub(super) struct Memory {
    clock: Clock,
    entries: Mutex<HashMap<Key, Entry>>,
}

struct Entry {
    /// `None`: forgotten, and barred.
    value: Option<Vec<u8>>,
    /// Milliseconds since 1970.
    until: i64,
}

impl Memory {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, entries: Mutex::default() }
    }

    pub(super) fn get_many(&self, keys: &[Key]) -> Vec<Option<Vec<u8>>> {
        let now = self.now();
        let entries = self.entries();
        let value = |key| entries.get(key).filter(|entry| entry.until > now)?.value.clone();
        keys.iter().map(value).collect()
    }

    pub(super) fn put_many(&self, values: Vec<(Key, Vec<u8>)>) {
        let now = self.now();
        let mut entries = self.entries();
        for (key, value) in values {
            if value.len() > LARGEST || entries.get(&key).is_some_and(|entry| entry.until > now) {
                continue;
            }
            if entries.len() >= MOST {
                make_room(&mut entries, now);
            }
            entries.insert(key, Entry { value: Some(value), until: now + millis(key.lifetime()) });
        }
    }

    pub(super) fn renew(&self, keys: &[Key]) {
        let now = self.now();
        let mut entries = self.entries();
        for key in keys {
            if let Some(entry) =
                entries.get_mut(key).filter(|entry| entry.until > now && entry.value.is_some())
            {
                entry.until = now + millis(key.lifetime());
            }
        }
    }

    pub(super) fn forget(&self, key: Key) {
        let until = self.now() + millis(Cache::BARRED_FOR);
        self.entries().insert(key, Entry { value: None, until });
    }

    fn now(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        // Each entry is whole at every moment, so a panic elsewhere does not spoil the map.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what has expired; if that is too little, every other value. Bars stay: they are short-lived.
fn make_room(entries: &mut HashMap<Key, Entry>, now: i64) {
    entries.retain(|_, entry| entry.until > now);
    if entries.len() < MOST / 2 {
        return;
    }
    let mut odd = false;
    entries.retain(|_, entry| {
        odd = !odd;
        odd || entry.value.is_none()
    });
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis() as i64
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use model::{RoomId, UserId};

    use super::*;

    #[test]
    fn is_bounded_and_keeps_its_bars() {
        let memory = Memory::new(Clock::manual(DateTime::UNIX_EPOCH));
        let room = RoomId::new();
        let forgotten = Key::Membership(room, UserId::new());
        memory.forget(forgotten);
        for _ in 0..2 * MOST {
            memory.put_many(vec![(Key::Membership(room, UserId::new()), b"true".to_vec())]);
        }
        assert!(memory.entries().len() <= MOST);
        memory.put_many(vec![(forgotten, b"true".to_vec())]);
        assert_eq!(memory.get_many(&[forgotten]), [None]);
    }
}
