//! New memberships.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, UserId};

use super::Status;
use crate::{
    database::schema::{blocks, memberships},
    rooms::LockedRoom,
};

/// Users whom somebody adds to a group.
pub(crate) struct NewMembers {
    pub(crate) joining: Vec<UserId>,
    /// Those who have blocked the inviter: they stay out, and the members see them as there and away.
    pub(crate) blocked_inviter: Vec<UserId>,
}

impl NewMembers {
    /// Reads the blocks once: a block that is made meanwhile counts from the next time.
    pub(crate) async fn sort(
        db: &mut AsyncPgConnection,
        users: &[UserId],
        inviter: UserId,
    ) -> QueryResult<Self> {
        let blocks =
            blocks::table.filter(blocks::blocked_id.eq(inviter).and(blocks::blocker_id.eq_any(users)));
        let blocked_inviter: Vec<UserId> = blocks.select(blocks::blocker_id).load(db).await?;
        let joining = users.iter().copied().filter(|user| !blocked_inviter.contains(user)).collect();
        Ok(Self { joining, blocked_inviter })
    }

    /// Removes the users whom the inviter already sees in the group.
    pub(crate) async fn without_members(mut self, group: &mut LockedRoom<'_>) -> QueryResult<Self> {
        let all = self.all();
        let hidden = hidden_among(group, &self.blocked_inviter).await?;
        let active = with_status(group, &all, Status::Active).await?;
        let is_new = |user: &UserId| !active.contains(user) && !hidden.contains(user);
        self.joining.retain(is_new);
        self.blocked_inviter.retain(is_new);
        Ok(self)
    }

    pub(crate) fn all(&self) -> Vec<UserId> {
        self.joining.iter().chain(&self.blocked_inviter).copied().collect()
    }
}

/// Makes memberships for users who have none, or have left. Their marks are at the end of the group.
pub(crate) async fn add_members(
    group: &mut LockedRoom<'_>,
    NewMembers { joining, blocked_inviter }: &NewMembers,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO memberships (room_id, user_id, joined_at, delivered_seq, read_seq) \
         SELECT r.id, joining.id, $3, r.last_seq, r.last_seq \
         FROM rooms r, unnest($2) AS joining (id) WHERE r.id = $1 \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Uuid, _>(group.id)
    .bind::<Array<Uuid>, _>(joining)
    .bind::<Timestamptz, _>(now)
    .execute(group.db)
    .await?;
    // A user who left earlier keeps the marks they had.
    diesel::sql_query(
        "INSERT INTO memberships (room_id, user_id, joined_at, delivered_seq, read_seq, status) \
         SELECT r.id, hidden.id, $3, r.last_seq, r.last_seq, 'hidden' \
         FROM rooms r, unnest($2) AS hidden (id) WHERE r.id = $1 \
         ON CONFLICT (room_id, user_id) DO UPDATE \
             SET status = 'hidden', joined_at = excluded.joined_at, left_at = NULL, left_rev = NULL",
    )
    .bind::<Uuid, _>(group.id)
    .bind::<Array<Uuid>, _>(blocked_inviter)
    .bind::<Timestamptz, _>(now)
    .execute(group.db)
    .await?;
    Ok(())
}

/// Makes a membership in a new private chat. It is `opened` if the user sees the chat before it has a message.
pub(crate) async fn enter_private(
    db: &mut AsyncPgConnection,
    room: RoomId,
    user: UserId,
    (status, opened): (Status, bool),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(memberships::table)
        .values((
            memberships::room_id.eq(room),
            memberships::user_id.eq(user),
            memberships::joined_at.eq(now),
            memberships::status.eq(status),
            memberships::opened.eq(opened),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Returns the users who are hidden in the group.
pub(crate) async fn hidden_among(group: &mut LockedRoom<'_>, users: &[UserId]) -> QueryResult<Vec<UserId>> {
    with_status(group, users, Status::Hidden).await
}

async fn with_status(
    group: &mut LockedRoom<'_>,
    users: &[UserId],
    status: Status,
) -> QueryResult<Vec<UserId>> {
    let found = memberships::table
        .filter(memberships::room_id.eq(group.id).and(memberships::status.eq(status)))
        .filter(memberships::user_id.eq_any(users));
    found.select(memberships::user_id).load(group.db).await
}

/// How many users the members see in a group, hidden ones included.
pub(crate) async fn count_shown(group: &mut LockedRoom<'_>) -> QueryResult<i64> {
    let shown = memberships::table
        .filter(memberships::room_id.eq(group.id).and(memberships::status.ne(Status::Left)));
    shown.count().get_result(group.db).await
}
