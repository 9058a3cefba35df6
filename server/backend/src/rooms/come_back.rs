//! Coming back to a room that one has left.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, UserId};

use super::lock::{Locked, Manner, Moved};
use crate::{database::schema::former_members, failure::Outcome};

/// Makes a former member a member again, with the marks they had, and says what the others are told:
/// nothing of anybody else, and nothing of somebody who, to them, was there all the while.
pub(super) async fn come_back(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    now: DateTime<Utc>,
) -> Outcome<Option<Moved>> {
    // A look without the lock: nearly always there is nothing to do.
    if how_they_went(db, room, user).await?.is_none() {
        return Ok(None);
    }
    let Some(mut room) = Locked::lock(db, room).await? else { return Ok(None) };
    // Another device may have been faster.
    let Some(manner) = how_they_went(room.db, room.id, user).await? else { return Ok(None) };
    reinstate(&mut room, &[user], now).await?;
    room.count(manner).await?;
    match manner {
        Manner::Told => Ok(Some(room.moved(room.rev).await?)),
        Manner::Silent => Ok(None),
    }
}

/// Makes members again of those among these people who were. What they wrote last may have got its number
/// after they left, so it is counted anew. To the others, who went silently has been there all the while.
pub(super) async fn reinstate(
    room: &mut Locked<'_>,
    people: &[UserId],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "WITH back AS ( \
             DELETE FROM former_members WHERE room_id = $1 AND user_id = ANY($2) \
             RETURNING room_id, user_id, joined_at, delivered_seq, read_seq, silent, role \
         ) \
         INSERT INTO members (room_id, user_id, joined_at, delivered_seq, read_seq, role, mine) \
         SELECT room_id, user_id, CASE WHEN silent THEN joined_at ELSE $3 END, delivered_seq, read_seq, role, ( \
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

/// `None` if they are not gone.
async fn how_they_went(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
) -> QueryResult<Option<Manner>> {
    let went = former_members::table.find((room, user)).select(former_members::silent);
    Ok(went.first(db).await.optional()?.map(Manner::of))
}
