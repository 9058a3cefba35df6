//! Rooms.
pub mod calls;
