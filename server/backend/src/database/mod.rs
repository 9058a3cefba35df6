//! PostgreSQL: the pool, the migrations, and the private server of lite mode.

mod connect;
mod migrate;
pub mod private;
pub mod schema;

pub use connect::{Connection, Pool, connect};
pub use migrate::migrate;
