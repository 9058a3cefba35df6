//! Port: rate limits.
pub struct RateLimit;

pub enum Limit {
    Send,
    Fetch,
    Mark,
    OpenRoom,
}

impl RateLimit {
    pub fn check<K>(&self, _limit: Limit, _key: K) -> model::Result<()> {
        todo!()
    }
}
