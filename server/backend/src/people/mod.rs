//! People, and whom they want nothing more from.

mod acquaintances;
mod block;
mod blocked;
mod by_id;
mod find;
mod found;
mod search;
mod unblock;

pub(crate) use blocked::blocked_name;
pub(crate) use find::exists;
