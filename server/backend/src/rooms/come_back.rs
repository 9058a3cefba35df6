//! Coming back to a room that one has left.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, Seq, UserId};

use super::locked::{Locked, Manner, Moved};
use crate::{
    database::schema::{former_members, members, messages},
    failure::Outcome,
};

/// Makes a former member a member again, with the marks they had, and says what the others are told:
/// nothing of anybody else, and nothing of somebody who, to them, was there all the while.
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
    let Some(mut room) = Locked::room(db, room).await? else { return Ok(None) };
    type Former = (DateTime<Utc>, Seq, Seq, bool);
    let former: Option<Former> = diesel::delete(former_members::table.find((room.id, user)))
        .returning((
            former_members::joined_at,
            former_members::delivered_seq,
            former_members::read_seq,
            former_members::silent,
        ))
        .get_result(db)
        .await
        .optional()?;
    // Another device was faster.
    let Some((joined_at, delivered, read, silent)) = former else { return Ok(None) };
    // What they wrote last may have got its number after they left.
    let mine: i64 = messages::table
        .filter(messages::room_id.eq(room.id).and(messages::sender_id.eq(user)).and(messages::seq.gt(read)))
        .count()
        .get_result(db)
        .await?;
    diesel::insert_into(members::table)
        .values((
            members::room_id.eq(room.id),
            members::user_id.eq(user),
            members::joined_at.eq(if silent { joined_at } else { now }),
            members::delivered_seq.eq(delivered),
            members::read_seq.eq(read),
            members::mine.eq(mine),
        ))
        .execute(db)
        .await?;
    let manner = Manner::of(silent);
    room.count(db, manner).await?;
    match manner {
        Manner::Told => Ok(Some(room.moved(db, room.rev).await?)),
        Manner::Silent => Ok(None),
    }
}

async fn is_gone(db: &mut AsyncPgConnection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let left = former_members::table.find((room, user));
    diesel::select(diesel::dsl::exists(left)).get_result(db).await
}
