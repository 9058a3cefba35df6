//! The heartbeat: one clock for all sockets, spread evenly over its period.

use std::{sync::Arc, sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use model::{
    Rev, RoomId, VecMap,
    limits::{BEAT_MS, SILENCE_MS},
    wire::{CloseCode, ServerFrame},
};

use super::{Hub, Listener, Outgoing};

const PERIOD: u32 = BEAT_MS / 1000;
const SILENCE: u32 = SILENCE_MS / 1000;

impl Hub {
    /// Beats once a second for a part of the sockets, for ever.
    pub async fn run_beat(self) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            second.tick().await;
            self.beat();
        }
    }

    /// Seconds since the start.
    pub fn tick(&self) -> u32 {
        self.0.tick.load(Ordering::Relaxed)
    }

    /// One second's share: sockets not heard for [`SILENCE_MS`] are closed, the others get their
    /// beat, each once in [`BEAT_MS`].
    pub fn beat(&self) {
        let tick = self.0.tick.fetch_add(1, Ordering::Relaxed) + 1;
        let due: Vec<Arc<Listener>> = self
            .0
            .users
            .iter()
            .flat_map(|user| user.clone())
            .filter(|one| one.slot() == tick % PERIOD)
            .collect();
        for listener in due {
            if tick.saturating_sub(listener.heard()) > SILENCE {
                listener.close(CloseCode::Silent);
                continue;
            }
            listener.push(Outgoing::Beat(self.beat_frame(&listener, tick)));
        }
    }

    /// Names the rooms that changed since the beat before last: a lost last change then shows,
    /// though no later one follows it.
    fn beat_frame(&self, listener: &Listener, tick: u32) -> Bytes {
        let recent = |room: RoomId| {
            let entry = self.0.rooms.get(&room)?;
            let head = entry.head.load(Ordering::Relaxed);
            let age = tick.saturating_sub(entry.changed.load(Ordering::Relaxed));
            (head > 0 && age <= 2 * PERIOD).then_some((room, Rev(head)))
        };
        let heads: VecMap<RoomId, Rev> = listener.rooms().into_iter().filter_map(recent).collect();
        if heads.is_empty() {
            return Bytes::from_static(br#"{"type":"beat","heads":{}}"#);
        }
        ServerFrame::Beat { heads }.encode().into()
    }
}

impl Listener {
    /// The second of the period in which this socket's beat is due.
    fn slot(&self) -> u32 {
        let address = std::ptr::from_ref(self).addr() / 64;
        (address % PERIOD as usize) as u32
    }
}
