//! Chance that repeats itself: the same seed gives the same data on every machine.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use model::random::SplitMix64;
use uuid::{Builder, Uuid};

pub(super) struct Random(SplitMix64);

impl Random {
    /// A stream of its own for every name, so that a change in one chat leaves the others alone.
    pub(super) fn named(name: &str) -> Self {
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(SplitMix64(seed))
    }

    /// 0 ≤ x < 1.
    pub(super) fn fraction(&mut self) -> f64 {
        self.0.fraction()
    }

    pub(super) fn within(&mut self, range: RangeInclusive<i64>) -> i64 {
        let width = range.end() - range.start() + 1;
        range.start() + (self.fraction() * width as f64) as i64
    }

    pub(super) fn percent(&mut self, chance: i64) -> bool {
        self.within(0..=99) < chance
    }

    /// # Panics
    /// There is nothing to choose from.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.0.index(from.len())]
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.0.index(last + 1));
        }
    }

    /// A `UUIDv7` born at that moment.
    pub(super) fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.0.draw().to_be_bytes());
        bytes[8..].copy_from_slice(&self.0.draw().to_be_bytes()[..2]);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}
