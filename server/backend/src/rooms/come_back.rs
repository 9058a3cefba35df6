//! Coming back to a room that one has left.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, Seq, UserId};

use super::leave::{Moved, gone, lock, raise};
use crate::{
    database::schema::{former_members, members, messages},
    failure::Outcome,
};

/// Makes a former member a member again, with the marks they had; `None` for anybody else.
pub(super) async fn come_back(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    now: DateTime<Utc>,
) -> Outcome<Option<Moved>> {
    // A look without the lock: nearly always there is nothing to do.
    if !is_gone(db, room, user).await? {
        return Ok(None);
    }
    let Some(rev) = lock(db, room).await? else { return Ok(None) };
    let marks: Option<(Seq, Seq)> = diesel::delete(former_members::table.find((room, user)))
        .returning((former_members::delivered_seq, former_members::read_seq))
        .get_result(db)
        .await
        .optional()?;
    // Another device was faster.
    let Some((delivered, read)) = marks else { return Ok(None) };
    // What they wrote last may have got its number after they left.
    let mine: i64 = messages::table
        .filter(messages::room_id.eq(room).and(messages::sender_id.eq(user)).and(messages::seq.gt(read)))
        .count()
        .get_result(db)
        .await?;
    diesel::insert_into(members::table)
        .values((
            members::room_id.eq(room),
            members::user_id.eq(user),
            members::joined_at.eq(now),
            members::delivered_seq.eq(delivered),
            members::read_seq.eq(read),
            members::mine.eq(mine),
        ))
        .execute(db)
        .await?;
    let rev = rev.next();
    raise(db, room, rev).await?;
    Ok(Some(Moved { rev, gone: gone(db, room).await? }))
}

async fn is_gone(db: &mut AsyncPgConnection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let left = former_members::table.find((room, user));
    diesel::select(diesel::dsl::exists(left)).get_result(db).await
}
