//! People.
pub mod calls;
pub mod find;
pub mod row;
