//! People.

mod acquaintances;
mod find;
mod search;
