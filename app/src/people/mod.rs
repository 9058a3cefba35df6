//! People.
pub mod calls;
