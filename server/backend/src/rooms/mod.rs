//! Rooms: who is in them, and what their members see of them.

mod heads;
mod list;
mod membership;
mod open;

pub(crate) use heads::heads;
pub use membership::Membership;
