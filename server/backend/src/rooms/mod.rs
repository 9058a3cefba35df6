//! Rooms: who is in them, and what their members see of them.

mod add;
mod admin;
mod announce;
mod appoint;
mod come_back;
mod create;
mod heads;
mod leave;
mod list;
mod lock;
mod may_add;
mod membership;
mod open;
mod people;
mod remove;
mod rename;

pub(crate) use announce::to_its_end;
pub(crate) use heads::heads;
pub(crate) use list::list;
pub(crate) use lock::Locked;
pub use membership::Membership;
