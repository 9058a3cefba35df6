//! Waiting longer and longer for something that is away.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);

pub(super) struct Patience {
    next: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { next: SHORTEST }
    }

    /// Twice as long as the last time, or until `stop`.
    pub(super) async fn wait(&mut self, stop: &CancellationToken) {
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    /// It was there after all.
    pub(super) fn restore(&mut self) {
        self.next = SHORTEST;
    }
}
