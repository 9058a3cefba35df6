//! PostgreSQL: the pool, the migrations, dumps, and the private server of lite mode.

mod audit;
mod connect;
mod dump;
mod migrate;
pub mod private;
pub mod schema;

pub use audit::{Audit, audit, is_empty};
pub use connect::{Connection, Pool, connect};
pub use dump::{dump, restore};
pub use migrate::{migrate, newest_schema, schema_of};
