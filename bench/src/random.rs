//! Chance that is the same for the same seed, in every version: schedules of old seeds stay what they were.

use model::random::SplitMix64;

pub struct Random(SplitMix64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(SplitMix64(seed))
    }

    /// A stream of its own, for somebody who draws at times of their own.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::new(self.draw())
    }

    pub fn draw(&mut self) -> u64 {
        self.0.draw()
    }

    /// A number from `from` up to and without `upto`.
    pub fn between(&mut self, from: u64, upto: u64) -> u64 {
        from + self.draw() % (upto - from).max(1)
    }

    /// An index into a list of `length`, which is not empty.
    pub fn index(&mut self, length: usize) -> usize {
        (self.draw() % length as u64) as usize
    }

    /// In 0..1.
    pub fn fraction(&mut self) -> f64 {
        self.0.fraction()
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}
