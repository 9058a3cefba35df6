//! Messages.
pub mod calls;
