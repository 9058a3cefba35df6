//! Memberships as they are, with the version at which that was read.

use diesel::{dsl::auto_type, prelude::*};
use diesel_async::RunQueryDsl;
use model::{Rev, RoomId, UserId};

use super::MembershipVersion;
use crate::{
    Backend,
    database::schema::{members, rooms},
    failure::Outcome,
};

/// `user` is in `room` at this version of its memberships.
#[derive(Clone, Copy, Debug)]
pub struct Membership {
    pub user: UserId,
    pub room: RoomId,
    pub version: MembershipVersion,
}

pub(crate) type MembershipRow = (UserId, RoomId, Rev, i64);

/// The columns of [`MembershipRow`], of `members` joined with `rooms`.
pub(crate) const MEMBERSHIP: (members::user_id, members::room_id, rooms::rev, rooms::hidden_changes) =
    (members::user_id, members::room_id, rooms::rev, rooms::hidden_changes);

/// Whether members see their room: a private chat that only the other user opened is shown once it has a message.
#[auto_type(no_type_alias)]
pub(crate) fn is_visible() -> _ {
    members::opened.or(rooms::last_seq.gt(0_i64))
}

impl Backend {
    /// Every membership of these users that they can see.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn memberships_of(&self, users: &[UserId]) -> Outcome<Vec<Membership>> {
        let mut db = self.db.get().await?;
        let of_users = members::table.inner_join(rooms::table).filter(members::user_id.eq_any(users));
        let rows: Vec<MembershipRow> = of_users.filter(is_visible()).select(MEMBERSHIP).load(&mut db).await?;
        Ok(rows.into_iter().map(Membership::from).collect())
    }

    /// Every membership in a room that its member can see.
    pub(crate) async fn memberships_in(&self, room: RoomId) -> Outcome<Vec<Membership>> {
        let mut db = self.db.get().await?;
        let of_room = members::table.inner_join(rooms::table).filter(members::room_id.eq(room));
        let rows: Vec<MembershipRow> = of_room.filter(is_visible()).select(MEMBERSHIP).load(&mut db).await?;
        Ok(rows.into_iter().map(Membership::from).collect())
    }
}

impl From<MembershipRow> for Membership {
    fn from((user, room, rev, hidden_changes): MembershipRow) -> Self {
        Self { user, room, version: MembershipVersion::new(rev, hidden_changes) }
    }
}
