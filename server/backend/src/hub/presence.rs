//! Telling the other nodes which sockets are open here.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use model::UserId;
use tokio::sync::Notify;

use super::Hub;
use crate::presence::{Presence, SocketId};

/// A third of [`Presence::LIFETIME`]: two beats may be lost.
const BEAT: Duration = Duration::from_secs(30);
/// Sockets told of at a time.
const AT_ONCE: usize = 1_000;

/// Sockets that are gone and still counted.
#[derive(Default)]
pub(super) struct Departures {
    waiting: Mutex<Vec<(UserId, SocketId)>>,
    wake: Notify,
}

impl Departures {
    pub(super) fn add(&self, user: UserId, socket: SocketId) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((user, socket));
        self.wake.notify_one();
    }

    fn take(&self) -> Vec<(UserId, SocketId)> {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Hub {
    /// Keeps the entries of this node's sockets alive, and takes away those of sockets that are gone,
    /// one after the other: no beat overtakes a departure. For ever.
    pub async fn run_presence(self, presence: &Presence) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beat.tick() => self.beat_presence(presence).await,
                () = self.0.departures.wake.notified() => {
                    for (user, socket) in self.0.departures.take() {
                        presence.leave(user, socket).await;
                    }
                }
            }
        }
    }

    async fn beat_presence(&self, presence: &Presence) {
        let all = self.0.users.iter().flat_map(|user| user.clone());
        let sockets: Vec<(UserId, SocketId)> = all.map(|one| (one.user(), one.socket())).collect();
        for some in sockets.chunks(AT_ONCE) {
            presence.beat(some).await;
        }
    }
}
