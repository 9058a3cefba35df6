//! The whole server on a real listener and a real PostgreSQL, spoken to by plain clients.

mod abuse;
mod arguments;
mod fuzz;
mod guarded;
mod http;
mod order;
mod request;
mod resume;
mod rows;
mod sessions;
mod slow;
mod world;
