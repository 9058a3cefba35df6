//! The connection to Redis that the ports share: its settings, and how it is kept.

mod backoff;
mod link;
mod settings;

pub(crate) use backoff::Backoff;
pub use link::{Away, Link};
pub(crate) use link::{Server, answers, connect};
pub use settings::{Malformed, Settings};
