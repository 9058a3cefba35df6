//! The whole server on a real listener and a real PostgreSQL, spoken to by plain clients.

mod abuse;
mod arguments;
mod backup;
mod disk;
mod files;
mod fuzz;
mod guarded;
mod http;
mod moving;
mod operations;
mod order;
mod program;
mod request;
mod resume;
mod rows;
mod sessions;
mod slow;
mod upgrade;
mod world;
