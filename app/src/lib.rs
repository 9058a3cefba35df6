//! The views of Rapport and the server functions they call.

// The types of views nest deeply where they are not erased, as in the release.
#![recursion_limit = "512"]

pub mod accounts;
pub mod call;
mod document;
pub mod live;
pub mod messages;
pub mod people;
pub mod rooms;
pub mod routes;
pub mod settings;
pub mod shell;
pub mod ui;

#[cfg(feature = "ssr")]
pub use document::document;
pub use routes::{App, fetch};
