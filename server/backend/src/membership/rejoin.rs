//! Memberships that begin again.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, UserId};

use super::{Status, Visibility};
use crate::{
    database::schema::memberships,
    failure::Outcome,
    rooms::{LockedRoom, MembersChange},
};

/// Brings a user back into a private chat that they have left, with the marks of then. Answers with what the other
/// member learns: nothing if the user is in the chat, or was hidden, so that to the other they were there all the
/// while.
pub(crate) async fn rejoin_private(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    now: DateTime<Utc>,
) -> Outcome<Option<MembersChange>> {
    // A look without the lock: nearly always there is nothing to do.
    if absence(db, room, user).await?.is_none() {
        return Ok(None);
    }
    let Some(mut room) = LockedRoom::lock(db, room).await? else { return Ok(None) };
    // Another device may have been faster.
    let Some(absence) = absence(room.db, room.id, user).await? else { return Ok(None) };
    rejoin(&mut room, &[user], now).await?;
    room.count_change(absence).await?;
    match absence {
        Visibility::Public => Ok(Some(room.members_change(room.rev).await?)),
        Visibility::Hidden => Ok(None),
    }
}

/// Makes those of the users active who have left or are hidden. A hidden member keeps their place among the members,
/// who saw them there all the while.
pub(crate) async fn rejoin(
    room: &mut LockedRoom<'_>,
    users: &[UserId],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE memberships SET status = 'active', left_at = NULL, left_rev = NULL, \
             joined_at = CASE status WHEN 'hidden' THEN joined_at ELSE $3 END \
         WHERE room_id = $1 AND user_id = ANY($2) AND status <> 'active'",
    )
    .bind::<Uuid, _>(room.id)
    .bind::<Array<Uuid>, _>(users)
    .bind::<Timestamptz, _>(now)
    .execute(room.db)
    .await
}

/// Whether the members know that a user is not in the room; `None` if there is no ended membership.
async fn absence(db: &mut AsyncPgConnection, room: RoomId, user: UserId) -> QueryResult<Option<Visibility>> {
    let status = memberships::table.find((room, user)).select(memberships::status);
    Ok(match status.first(db).await.optional()? {
        Some(Status::Left) => Some(Visibility::Public),
        Some(Status::Hidden) => Some(Visibility::Hidden),
        Some(Status::Active) | None => None,
    })
}
