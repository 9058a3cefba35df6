//! Port: the message log.
pub struct MessageLog;
