//! HTTP: routes, sessions, origins, and the pages for operators.

mod answer_limit;
mod arguments;
mod body;
mod caching;
mod files;
mod form_page;
mod health;
mod mailbox;
mod metrics;
pub mod ops;
pub mod ops_state;
pub(crate) mod origin;
mod patience;
mod peer;
mod redirect;
mod refusal;
mod refused;
mod router;
mod security;
mod session;
mod shape;
pub mod site;
mod target;

pub use metrics::Metrics;
pub use patience::Patience;
pub use router::{page_routes, router};
pub use site::{Site, Web};
