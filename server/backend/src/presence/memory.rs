//! The sockets of this process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use model::{UserId, limits::SOCKETS_PER_USER};

use super::{LIFETIME, SocketId, TooMany};
use crate::clock::Clock;

/// Fewer people than this are not worth sweeping.
const SWEEP_FROM: usize = 1_024;

pub(super) struct Memory {
    clock: Clock,
    people: Mutex<People>,
}

/// For each socket the moment (milliseconds since 1970) from which it no longer counts.
struct People {
    sockets: HashMap<UserId, Vec<(SocketId, i64)>>,
    sweep_at: usize,
}

impl Memory {
    pub(super) fn new(clock: Clock) -> Self {
        let people = People { sockets: HashMap::new(), sweep_at: SWEEP_FROM };
        Self { clock, people: Mutex::new(people) }
    }

    pub(super) fn arrive(&self, user: UserId, socket: SocketId) -> Result<(), TooMany> {
        let now = self.now();
        let mut people = self.people();
        people.sweep(now);
        let sockets = people.sockets.entry(user).or_default();
        sockets.retain(|(_, until)| *until > now);
        if let Some((_, until)) = sockets.iter_mut().find(|(other, _)| *other == socket) {
            *until = until_after(now);
            return Ok(());
        }
        if sockets.len() >= SOCKETS_PER_USER {
            return Err(TooMany);
        }
        sockets.push((socket, until_after(now)));
        Ok(())
    }

    pub(super) fn beat(&self, beating: &[(UserId, SocketId)]) {
        let until = until_after(self.now());
        let mut people = self.people();
        for (user, socket) in beating {
            let sockets = people.sockets.entry(*user).or_default();
            match sockets.iter_mut().find(|(other, _)| other == socket) {
                Some((_, known)) => *known = until,
                None => sockets.push((*socket, until)),
            }
        }
    }

    pub(super) fn leave(&self, user: UserId, socket: SocketId) {
        let mut people = self.people();
        let Some(sockets) = people.sockets.get_mut(&user) else { return };
        sockets.retain(|(other, _)| *other != socket);
        if sockets.is_empty() {
            people.sockets.remove(&user);
        }
    }

    pub(super) fn online(&self, users: &[UserId]) -> HashSet<UserId> {
        let now = self.now();
        let people = self.people();
        let is_online = |user: &&UserId| {
            people.sockets.get(*user).is_some_and(|sockets| sockets.iter().any(|(_, until)| *until > now))
        };
        users.iter().filter(is_online).copied().collect()
    }

    fn now(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    fn people(&self) -> MutexGuard<'_, People> {
        // Each entry is whole at every moment, so a panic elsewhere does not spoil the map.
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    fn sweep(&mut self, now: i64) {
        if self.sockets.len() < self.sweep_at {
            return;
        }
        self.sockets.retain(|_, sockets| sockets.iter().any(|(_, until)| *until > now));
        self.sweep_at = (self.sockets.len() * 2).max(SWEEP_FROM);
    }
}

fn until_after(now: i64) -> i64 {
    now + LIFETIME.as_millis() as i64
}
