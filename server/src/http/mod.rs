//! HTTP: routes, sessions, origins, and the pages for machines.

mod health;
mod mailbox;
mod metrics;
pub(crate) mod origin;
mod router;
mod security;
mod session;
pub mod site;

pub use metrics::Metrics;
pub use router::router;
pub use site::{Site, Web};
