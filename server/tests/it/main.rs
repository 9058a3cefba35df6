//! The whole server on a real listener and a real PostgreSQL, spoken to by plain clients.

mod abuse;
mod arguments;
mod guarded;
mod http;
mod order;
mod request;
mod resume;
mod sessions;
mod world;
