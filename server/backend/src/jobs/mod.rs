//! Port: background jobs.
pub struct JobQueue;
