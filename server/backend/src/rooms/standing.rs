//! Memberships as they stand, and the moment of which that is true.

use diesel::{dsl::auto_type, prelude::*};
use diesel_async::RunQueryDsl;
use model::{Rev, RoomId, UserId};

use super::Moment;
use crate::{
    Backend,
    database::schema::{members, rooms},
    failure::Outcome,
};

/// `user` is a member of `room` as of this moment of it.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub user: UserId,
    pub room: RoomId,
    pub at: Moment,
}

pub(super) type Row = (UserId, RoomId, Rev, i64);

pub(super) const ROW: (members::user_id, members::room_id, rooms::rev, rooms::unseen) =
    (members::user_id, members::room_id, rooms::rev, rooms::unseen);

/// Whether members see their room: a private chat that the other person opened only once it has a message.
#[auto_type(no_type_alias)]
pub(crate) fn is_visible() -> _ {
    members::opened.or(rooms::last_seq.gt(0_i64))
}

impl Backend {
    /// Every membership of these people that they can see.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn memberships_of(&self, users: &[UserId]) -> Outcome<Vec<Standing>> {
        let mut db = self.db.get().await?;
        let of_users = members::table.inner_join(rooms::table).filter(members::user_id.eq_any(users));
        let rows: Vec<Row> = of_users.filter(is_visible()).select(ROW).load(&mut db).await?;
        Ok(rows.into_iter().map(Standing::from).collect())
    }

    /// Every membership in a room that its member can see.
    pub(super) async fn memberships_in(&self, room: RoomId) -> Outcome<Vec<Standing>> {
        let mut db = self.db.get().await?;
        let of_room = members::table.inner_join(rooms::table).filter(members::room_id.eq(room));
        let rows: Vec<Row> = of_room.filter(is_visible()).select(ROW).load(&mut db).await?;
        Ok(rows.into_iter().map(Standing::from).collect())
    }
}

impl From<Row> for Standing {
    fn from((user, room, rev, unseen): Row) -> Self {
        Self { user, room, at: Moment::of(rev, unseen) }
    }
}
