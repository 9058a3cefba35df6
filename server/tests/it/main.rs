//! The whole server on a real listener and a real PostgreSQL, spoken to by plain clients.

mod abuse;
mod backup;
mod http;
mod order;
mod program;
mod resume;
mod sessions;
mod world;
