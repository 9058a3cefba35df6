//! When to connect again.

use model::wire::CloseCode;

use crate::policy::{FIRST_RECONNECT, LONGEST_RECONNECT};

/// Failures since the last connection that caught up.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: i32,
}

/// The next step after the end of a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Next {
    /// Connect again after so many milliseconds.
    After(f64),
    /// The server says that the session ended.
    SignedOut,
    /// The server speaks another version.
    Reload,
    /// Wait until a person comes back to the page.
    Person,
}

impl Backoff {
    /// Exponential with full jitter, so that a thousand clients do not return as one. `random` is in 0..1. Source:
    /// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    fn wait(&mut self, random: f64) -> f64 {
        let ceiling = (FIRST_RECONNECT * 2f64.powi(self.failures)).min(LONGEST_RECONNECT);
        self.failures = (self.failures + 1).min(16);
        ceiling * random
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Returns the next step after a close with `code`, which is `None` if this side gave the connection up.
    pub(crate) fn next(&mut self, code: Option<u16>, random: f64) -> Next {
        match code.and_then(CloseCode::from_code) {
            None => Next::After(self.wait(random)),
            Some(CloseCode::SignedOut) => Next::SignedOut,
            Some(CloseCode::Version) => Next::Reload,
            // The device slept before it sent `hello`; it is awake now.
            Some(CloseCode::BadHello) if self.failures == 0 => Next::After(self.wait(random)),
            Some(close) => close.retry().map_or(Next::Person, |(from, to)| {
                let named = f64::from(from) + f64::from(to - from) * random;
                // A server that closes every connection in the same way is not asked faster than that.
                Next::After(named.max(self.wait(random)))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<f64> = (0..8).map(|_| backoff.wait(1.0)).collect();
        assert_eq!(waits, [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0]);
        backoff.reset();
        assert_eq!(backoff.wait(0.5), 250.0);
        assert_eq!(backoff.wait(0.0), 0.0);
    }

    #[test]
    fn every_close_code_has_its_own_way_back() {
        let next = |code| Backoff::default().next(code, 0.5);
        assert_eq!(next(Some(CloseCode::Restarting.code())), Next::After(1_600.0));
        assert_eq!(next(Some(CloseCode::Flood.code())), Next::After(5_500.0));
        assert_eq!(next(Some(CloseCode::SignedOut.code())), Next::SignedOut);
        assert_eq!(next(Some(CloseCode::Version.code())), Next::Reload);
        assert_eq!(next(Some(CloseCode::BadFrame.code())), Next::Person);
        assert_eq!(next(Some(CloseCode::TooMany.code())), Next::After(75_000.0));
        assert_eq!(next(Some(1006)), Next::After(250.0));
        assert_eq!(next(None), Next::After(250.0));
    }

    #[test]
    fn a_hello_that_came_too_late_is_sent_once_more() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(Some(CloseCode::BadHello.code()), 0.5), Next::After(250.0));
        assert_eq!(backoff.next(Some(CloseCode::BadHello.code()), 0.5), Next::Person);
    }

    #[test]
    fn a_server_that_closes_every_time_is_asked_less_and_less_often() {
        let mut backoff = Backoff::default();
        let code = Some(CloseCode::SlowReader.code());
        let waits: Vec<Next> = (0..4).map(|_| backoff.next(code, 1.0)).collect();
        assert_eq!(waits[3], Next::After(4_000.0));
    }
}
