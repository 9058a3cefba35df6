//! What is noted of the messages of a run.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use tokio::time::Instant;

/// What the talkers share.
pub(super) struct Board {
    pub(super) began: Instant,
    /// When each message should have left, in microseconds since the beginning.
    pub(super) due: Vec<AtomicU64>,
    pub(super) sent: AtomicUsize,
    pub(super) accepted: AtomicU64,
    pub(super) delivered: AtomicU64,
    /// Whether times are of the measurement: not those of warming up, nor while statements are written
    /// down.
    pub(super) counts: AtomicBool,
}

impl Board {
    pub(super) fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    /// Notes a message that is due now, and gives its number.
    pub(super) fn note(&self) -> Option<usize> {
        let nonce = self.sent.fetch_add(1, Ordering::Relaxed);
        self.due.get(nonce)?.store(self.now(), Ordering::Relaxed);
        Some(nonce)
    }

    /// Microseconds since the message was due.
    pub(super) fn age(&self, nonce: usize) -> u32 {
        (self.now() - self.due[nonce].load(Ordering::Relaxed)) as u32
    }
}
