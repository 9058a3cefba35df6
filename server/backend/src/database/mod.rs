//! PostgreSQL: the pool, the migrations, dumps, and the private server of lite mode.

mod address;
mod audit;
mod certificates;
mod clear;
mod connect;
mod dump;
mod encrypted;
mod establish;
mod migrate;
pub mod schema;

pub use address::{Address, Unusable};
pub use audit::{Audit, audit, is_empty};
pub use clear::clear;
pub use connect::{Connection, Pool, answers, connect};
pub use dump::{dump, restore};
pub use encrypted::is_encrypted;
pub use establish::establish;
pub use migrate::{migrate, newest_schema, refuse_newer, require_migrated, schema_of};
