//! How long slow clients are waited for. One that sends a byte now and then would otherwise hold a
//! connection, and what it has sent, for ever.

use std::time::Duration;

/// The longest waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the whole head of a request; also how long a kept connection may stand unused.
    pub head: Duration,
    /// For the whole body of a request, once its head is there.
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(60), body: Duration::from_secs(30) }
    }
}
