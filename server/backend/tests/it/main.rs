//! The backend on a real PostgreSQL.

mod catch_up;
mod contracts;
mod hub;
mod messages;
mod rooms;
