//! Looking after an instance.

mod database_url;

pub use database_url::database_url;
