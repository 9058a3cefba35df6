//! HTTP: routes, sessions, origins, and the pages for machines.

mod arguments;
mod files;
mod health;
pub mod machines;
mod mailbox;
mod metrics;
pub(crate) mod origin;
mod patience;
mod peer;
mod redirect;
mod router;
mod security;
mod session;
pub mod site;
mod target;

pub use metrics::Metrics;
pub use patience::Patience;
pub use router::{page_routes, router};
pub use site::{Site, Web};
