//! The end of a membership: by leaving, by removal, by a block.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Rev, RoomId, RoomKind, UserId};

use super::{MembershipVersion, Role, Status, Visibility, succession::appoint_successor};
use crate::{
    database::schema::memberships,
    failure::Outcome,
    rooms::{LockedRoom, MembersChange},
};

/// A user is not in a room any more.
pub(crate) struct Ended {
    pub(super) room: RoomId,
    pub(super) user: UserId,
    pub(super) version: MembershipVersion,
    /// Whether the user was ever in it, to their own knowledge.
    pub(super) was_in: bool,
    /// What the other members learn of it.
    pub(super) change: Option<MembersChange>,
}

#[derive(Clone, Copy)]
struct Row {
    status: Status,
    role: Role,
    was_in: bool,
    left_rev: Option<Rev>,
}

/// Ends a membership, which the cache has forgotten before; `None` if there never was one. The membership of somebody
/// who has left already stays as it is.
pub(crate) async fn end(
    mut room: LockedRoom<'_>,
    user: UserId,
    visibility: Visibility,
    now: DateTime<Utc>,
) -> Outcome<Option<Ended>> {
    let Some(row) = row(&mut room, user).await? else { return Ok(None) };
    let row = match (row.status, visibility) {
        (Status::Active, _) => leave(&mut room, user, row, visibility, now).await?,
        // In a private chat a hidden member stays hidden: a visible departure would reveal the block.
        (Status::Hidden, Visibility::Public) if room.kind == RoomKind::Group => {
            show_end(&mut room, user, row).await?
        }
        _ => row,
    };
    let change = match (visibility, row.left_rev) {
        // Published again for a user who left before: the process that ended the membership may have died before it did.
        (Visibility::Public, Some(rev)) => Some(room.members_change(rev).await?),
        _ => None,
    };
    Ok(Some(Ended { room: room.id, user, version: room.version(), was_in: row.was_in, change }))
}

async fn row(room: &mut LockedRoom<'_>, user: UserId) -> QueryResult<Option<Row>> {
    let has_left = memberships::left_at.is_not_null();
    let columns =
        (memberships::status, memberships::role, memberships::opened, has_left, memberships::left_rev);
    let found = memberships::table.find((room.id, user)).select(columns);
    let found: Option<(Status, Role, bool, bool, Option<Rev>)> = found.first(room.db).await.optional()?;
    let is_visible = |opened| opened || !room.is_empty;
    Ok(found.map(|(status, role, opened, has_left, left_rev)| Row {
        status,
        role,
        was_in: (status == Status::Active && is_visible(opened)) || has_left,
        left_rev,
    }))
}

async fn leave(
    room: &mut LockedRoom<'_>,
    user: UserId,
    row: Row,
    visibility: Visibility,
    now: DateTime<Utc>,
) -> QueryResult<Row> {
    room.count_change(visibility).await?;
    let left_rev = (visibility == Visibility::Public).then_some(room.rev);
    diesel::update(memberships::table.find((room.id, user)))
        .set((
            memberships::status.eq(visibility.status_after()),
            memberships::role.eq(Role::Member),
            memberships::acted.eq(false),
            memberships::left_at.eq(now),
            memberships::left_rev.eq(left_rev),
        ))
        .execute(room.db)
        .await?;
    if room.kind == RoomKind::Group && row.role == Role::Admin {
        appoint_successor(room).await?;
    }
    Ok(Row { status: visibility.status_after(), left_rev, ..row })
}

/// Ends what the members see of a hidden member.
async fn show_end(room: &mut LockedRoom<'_>, user: UserId, row: Row) -> QueryResult<Row> {
    let rev = room.raise().await?;
    diesel::update(memberships::table.find((room.id, user)))
        .set((
            memberships::status.eq(Status::Left),
            memberships::role.eq(Role::Member),
            memberships::left_rev.eq(rev),
        ))
        .execute(room.db)
        .await?;
    Ok(Row { status: Status::Left, left_rev: Some(rev), ..row })
}

/// Closes an empty private chat that the other user has not opened, as if this member had not opened it either. A user
/// who blocked this member counts as one who has not opened it. The other user does not learn of it, and their first
/// message opens it again. A chat that this member has closed, or never opened, stays as it is. Returns `None` for every
/// other room.
pub(crate) async fn unopen(room: &mut LockedRoom<'_>, user: UserId) -> Outcome<Option<Ended>> {
    if room.kind != RoomKind::Private || !room.is_empty {
        return Ok(None);
    }
    let of_room = memberships::table.filter(memberships::room_id.eq(room.id));
    let is_there = of_room.filter(memberships::status.ne(Status::Left)).select(memberships::opened);
    let other = is_there.filter(memberships::user_id.ne(user)).first(room.db).await.optional()?;
    let member = memberships::table.find((room.id, user)).filter(memberships::status.eq(Status::Active));
    let opened: Option<bool> = member.select(memberships::opened).first(room.db).await.optional()?;
    match (opened, other) {
        // This member does not see the chat.
        (Some(false), _) => {}
        (Some(true), Some(false)) => {
            diesel::update(member).set(memberships::opened.eq(false)).execute(room.db).await?;
        }
        _ => return Ok(None),
    }
    let version = room.version();
    Ok(Some(Ended { room: room.id, user, version, was_in: opened == Some(true), change: None }))
}
