//! How long slow clients are waited for, and a database that does not answer. A client that sends a byte now and
//! then would otherwise hold a connection, and what it has sent, for ever.

use std::time::Duration;

/// The longest waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the first head of a connection: nobody opens one without a request.
    pub first_head: Duration,
    /// For the whole head of a later request; also how long a kept connection may stand unused.
    pub head: Duration,
    /// For the whole body of a request, once its head is there.
    pub body: Duration,
    /// For the answer to a request, once its body is there.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_head: Duration::from_secs(10),
            head: Duration::from_secs(60),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(10),
        }
    }
}
