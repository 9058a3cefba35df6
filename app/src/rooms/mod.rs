//! Rooms.
pub mod bar;
pub mod calls;
pub mod connection;
pub mod layout;
pub mod leave;
pub mod list;
pub mod row;
pub mod summary;
pub mod title;
