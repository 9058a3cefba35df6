//! The end of a membership: by leaving, by removal, by a block.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Rev, RoomId, RoomKind, UserId};

use super::{
    MembershipVersion, Role, Status, Visibility, current::is_visible, succession::appoint_successor,
};
use crate::{
    database::schema::{members, memberships, rooms},
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
    let columns =
        (memberships::status, memberships::role, memberships::left_at.is_not_null(), memberships::left_rev);
    let found = memberships::table.find((room.id, user)).select(columns);
    let found: Option<(Status, Role, bool, Option<Rev>)> = found.first(room.db).await.optional()?;
    Ok(found.map(|(status, role, has_left, left_rev)| Row {
        status,
        role,
        was_in: status == Status::Active || has_left,
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

/// Closes a private chat that the other user has not seen: it is as if this member had not opened it. The other user
/// does not learn of it, and their first message opens it again. `None` if there is more to leave.
pub(crate) async fn unopen(room: &mut LockedRoom<'_>, user: UserId) -> Outcome<Option<Ended>> {
    let of_room = members::table.inner_join(rooms::table).filter(members::room_id.eq(room.id));
    let seen = of_room.filter(members::user_id.ne(user)).filter(is_visible());
    let others = members::table.filter(members::room_id.eq(room.id)).filter(members::user_id.ne(user));
    let (others, seen): (i64, i64) =
        (others.count().get_result(room.db).await?, seen.count().get_result(room.db).await?);
    if room.kind != RoomKind::Private || others == 0 || seen > 0 {
        return Ok(None);
    }
    let member = memberships::table.find((room.id, user)).filter(memberships::status.eq(Status::Active));
    let opened = member.filter(memberships::opened);
    let closed = diesel::update(opened).set(memberships::opened.eq(false)).execute(room.db).await?;
    Ok((closed > 0).then(|| Ended {
        room: room.id,
        user,
        version: room.version(),
        was_in: true,
        change: None,
    }))
}
