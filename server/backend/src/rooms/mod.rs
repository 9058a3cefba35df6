//! Rooms: making and changing them, and what their members see of them.

mod add;
mod admin;
mod change;
mod create;
mod heads;
mod leave;
mod list;
mod lock;
mod may_add;
mod open;
mod pair;
mod people;
mod remove;
mod rename;
mod reveal;
mod set_role;

pub use change::ROOM_CHANGE_PERMITS;
pub(crate) use change::run_to_end;
pub(crate) use heads::heads;
pub(crate) use list::{Which, list};
pub(crate) use lock::{LockedRoom, MembersChange};
pub(crate) use pair::Pair;
pub(crate) use reveal::reveal;
