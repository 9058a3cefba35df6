//! Rooms: who is in them, and what their members see of them.

mod add;
mod admin;
mod announce;
mod appoint;
mod come_back;
mod create;
mod go;
mod hand_over;
mod heads;
mod leave;
mod list;
mod lock;
mod may_add;
mod membership;
mod moment;
mod open;
mod pair;
mod people;
mod remove;
mod rename;
mod reveal;
mod seat;
mod standing;

pub use announce::DOORS;
pub(crate) use announce::to_its_end;
pub(crate) use go::{Gone, go};
pub(crate) use heads::heads;
pub(crate) use list::{Which, list};
pub(crate) use lock::{Locked, Manner};
pub use membership::Membership;
pub use moment::Moment;
pub(crate) use pair::Pair;
pub(crate) use reveal::reveal;
pub use standing::Standing;
pub(crate) use standing::is_visible;
