//! Looking after an instance.

mod backup;
mod database_url;
mod dead_letters;
mod demo;
mod move_in;
mod restore;
mod sessions;

pub use backup::backup;
pub use database_url::database_url;
pub use dead_letters::dead_letters;
pub use demo::demo;
pub use move_in::move_in;
pub use restore::restore;
pub use sessions::end_sessions;
