//! The whole server on a real listener and a real PostgreSQL, spoken to by plain clients.

mod abuse;
mod backup;
mod disk;
mod http;
mod operations;
mod order;
mod program;
mod resume;
mod sessions;
mod upgrade;
mod world;
