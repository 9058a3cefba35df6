//! Memberships as they stand, and the moment of which that is true.

use diesel::prelude::*;
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

type Row = (UserId, RoomId, Rev, i64);

const ROW: (members::user_id, members::room_id, rooms::rev, rooms::unseen) =
    (members::user_id, members::room_id, rooms::rev, rooms::unseen);

impl Backend {
    /// Every membership of these people.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn memberships_of(&self, users: &[UserId]) -> Outcome<Vec<Standing>> {
        let mut db = self.db.get().await?;
        let of_users = members::table.inner_join(rooms::table).filter(members::user_id.eq_any(users));
        let rows: Vec<Row> = of_users.select(ROW).load(&mut db).await?;
        Ok(rows.into_iter().map(Standing::from).collect())
    }

    /// Every membership in a room.
    pub(super) async fn memberships_in(&self, room: RoomId) -> Outcome<Vec<Standing>> {
        let mut db = self.db.get().await?;
        let of_room = members::table.inner_join(rooms::table).filter(members::room_id.eq(room));
        let rows: Vec<Row> = of_room.select(ROW).load(&mut db).await?;
        Ok(rows.into_iter().map(Standing::from).collect())
    }
}

impl From<Row> for Standing {
    fn from((user, room, rev, unseen): Row) -> Self {
        Self { user, room, at: Moment::of(rev, unseen) }
    }
}
