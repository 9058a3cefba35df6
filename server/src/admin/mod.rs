//! Looking after an instance.

mod backup;
mod database_url;
mod demo;
mod restore;

pub use backup::backup;
pub use database_url::database_url;
pub use demo::demo;
pub use restore::restore;
