//! PostgreSQL: the pool, the migrations, dumps, and the private server of lite mode.

mod audit;
mod clear;
mod connect;
mod dump;
mod migrate;
pub mod private;
pub mod schema;

pub use audit::{Audit, audit, is_empty};
pub use clear::clear;
pub use connect::{Connection, Pool, answers, connect};
pub use dump::{dump, restore};
pub use migrate::{migrate, newest_schema, refuse_newer, require_migrated, schema_of};
