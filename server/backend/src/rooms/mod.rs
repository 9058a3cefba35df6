//! Rooms: who is in them, and what their members see of them.

mod anybody;
mod come_back;
mod go;
mod heads;
mod leave;
mod list;
mod locked;
mod membership;
mod moment;
mod open;
mod pair;
mod standing;

pub(crate) use go::{Gone, go};
pub(crate) use heads::heads;
pub(crate) use locked::Manner;
pub use membership::Membership;
pub use moment::Moment;
pub(crate) use pair::Pair;
pub use standing::Standing;
