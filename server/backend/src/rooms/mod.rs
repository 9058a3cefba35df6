//! Rooms: who is in them, and what their members see of them.

mod come_back;
mod heads;
mod leave;
mod list;
mod membership;
mod open;

pub(crate) use heads::heads;
pub(crate) use leave::{lock, raise};
pub(crate) use list::list;
pub use membership::Membership;
