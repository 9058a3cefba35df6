//! Memberships: who is in a room, and who its members believe to be in it.
//!
//! A membership is one row with one [`Status`]. Every change of one is made under the room's lock
//! ([`crate::rooms::LockedRoom`]) by a function of this module, and published by [`publish`].

mod add;
mod cache;
mod current;
mod end;
mod publish;
mod rejoin;
mod role;
mod status;
mod succession;
mod version;

pub(crate) use add::{NewMembers, add_members, count_shown, enter_private, hidden_among};
pub use cache::MembershipCache;
pub use current::Membership;
pub(crate) use current::{MEMBERSHIP, MembershipRow, is_visible};
pub(crate) use end::{Ended, end, unopen};
pub(crate) use rejoin::{rejoin, rejoin_private};
pub(crate) use role::{has_another_active_admin, role_of, set_role};
pub use status::Role;
pub(crate) use status::{Status, Visibility};
pub use version::MembershipVersion;
