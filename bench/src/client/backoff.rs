//! When to connect again.

use std::time::Duration;

use model::wire::CloseCode;

use crate::random::Random;

/// The longest wait after the first failure, in milliseconds.
const FIRST: f64 = 500.0;
/// The longest wait at all. A browser waits up to 30 s, and at once when a person comes back to the
/// page; here somebody always looks.
const LONGEST: f64 = 3_000.0;

#[derive(Default)]
pub struct Backoff {
    failures: i32,
}

impl Backoff {
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait after a connection that ended with `code`; `None` if it may not be opened again.
    pub fn wait(&mut self, code: Option<u16>, random: &mut Random) -> Option<Duration> {
        let chance = random.fraction();
        let ceiling = (FIRST * 2_f64.powi(self.failures)).min(LONGEST);
        self.failures = (self.failures + 1).min(16);
        let grown = ceiling * chance;
        let millis = match code.and_then(CloseCode::from_code) {
            None => grown,
            Some(close) => {
                let (from, to) = close.retry()?;
                grown.max(f64::from(from) + f64::from(to - from) * chance)
            }
        };
        Some(Duration::from_millis(millis as u64))
    }
}
