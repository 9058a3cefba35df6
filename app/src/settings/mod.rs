//! Settings.
pub mod calls;
pub mod page;
pub mod theme;
