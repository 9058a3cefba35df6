//! How many frames one connection may send: a bucket that refills with time.

use std::time::Instant;

use model::limits::{MALFORMED_FRAMES, SOCKET_FRAMES, SOCKET_FRAMES_PER_SECOND};

const BURST: f32 = SOCKET_FRAMES as f32;
const PER_SECOND: f32 = SOCKET_FRAMES_PER_SECOND as f32;
const MALFORMED: f32 = MALFORMED_FRAMES as f32;

pub(super) struct Allowance {
    left: f32,
    at: Instant,
}

impl Allowance {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST, at: now }
    }

    /// Takes one frame; false when there is none left.
    pub(super) fn frame(&mut self, now: Instant) -> bool {
        self.take(1.0, now)
    }

    /// Takes the extra cost of a malformed frame.
    pub(super) fn malformed(&mut self, now: Instant) -> bool {
        self.take(MALFORMED, now)
    }

    fn take(&mut self, cost: f32, now: Instant) -> bool {
        let passed = now.duration_since(self.at).as_secs_f32();
        self.at = now;
        self.left = (self.left + passed * PER_SECOND).min(BURST) - cost;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_allowed_and_refills() {
        let start = Instant::now();
        let mut allowance = Allowance::new(start);
        assert!((0..400).all(|_| allowance.frame(start)));
        assert!(!allowance.frame(start));
        let later = start + Duration::from_secs(1);
        assert_eq!((0..400).take_while(|_| allowance.frame(later)).count(), 199);
    }
}
