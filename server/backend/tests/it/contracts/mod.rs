//! One suite per port, run against every implementation.

mod bus;
mod message_log;
