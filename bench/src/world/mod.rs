//! What is checked: a server, its database, and people who talk to each other.

mod database;
mod people;
mod server;

pub use database::Database;
pub use people::{Person, people};
pub use server::OwnServer;
