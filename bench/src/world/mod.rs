//! What is checked: a server, its database, and people who talk to each other.

mod cluster;
mod database;
mod people;
mod server;

pub use cluster::Cluster;
pub use database::Database;
pub use people::{Person, most_chats, people};
pub use server::OwnServer;
