//! Port: rate limits.
pub struct RateLimit;
