//! The bodies of requests.

/// Largest request body, in bytes: forms and messages, nothing else comes this way.
pub(super) const BODY_BYTES: usize = 128 * 1024;
