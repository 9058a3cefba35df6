//! The views of Rapport and the server functions they call.

// The types of views nest deeply where they are not erased, as in the release.
#![recursion_limit = "512"]

pub mod accounts;
pub mod call;
pub mod live;
pub mod messages;
pub mod people;
pub mod rooms;
pub mod routes;
pub mod settings;
mod shell;
pub mod ui;

pub use routes::{App, fetch};
#[cfg(feature = "ssr")]
pub use shell::shell;
