//! How often the table is read.

use std::time::Duration;

/// Finds what other nodes queued, and what waited for its next try. Somebody waits for the mail with a code.
pub(super) const ROUND: Duration = Duration::from_millis(500);
