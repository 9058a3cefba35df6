//! Rooms: who is in them, and what their members see of them.

mod list;
mod open;
