//! Looking after an instance.

mod database_url;
mod demo;

pub use database_url::database_url;
pub use demo::demo;
