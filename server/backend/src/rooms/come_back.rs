//! Coming back to a room that one has left.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, UserId};

use super::lock::{Locked, Moved};
use crate::{database::schema::former_members, failure::Outcome};

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
    let Some(mut room) = Locked::lock(db, room).await? else { return Ok(None) };
    // Another device may have been faster.
    match reinstate(&mut room, &[user], now).await? {
        0 => Ok(None),
        _ => Ok(Some(room.change().await?)),
    }
}

/// Makes members again of those among these people who were, and says how many that are. What they wrote
/// last may have got its number after they left, so it is counted anew.
pub(super) async fn reinstate(
    room: &mut Locked<'_>,
    people: &[UserId],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "WITH back AS ( \
             DELETE FROM former_members WHERE room_id = $1 AND user_id = ANY($2) \
             RETURNING room_id, user_id, delivered_seq, read_seq \
         ) \
         INSERT INTO members (room_id, user_id, joined_at, delivered_seq, read_seq, mine) \
         SELECT room_id, user_id, $3, delivered_seq, read_seq, ( \
             SELECT count(*) FROM messages own WHERE own.room_id = back.room_id \
             AND own.sender_id = back.user_id AND own.seq > back.read_seq) \
         FROM back",
    )
    .bind::<Uuid, _>(room.id)
    .bind::<Array<Uuid>, _>(people)
    .bind::<Timestamptz, _>(now)
    .execute(room.db)
    .await
}

async fn is_gone(db: &mut AsyncPgConnection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let left = former_members::table.find((room, user));
    diesel::select(diesel::dsl::exists(left)).get_result(db).await
}
