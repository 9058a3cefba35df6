//! The permission to change a group.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Code, Error, RoomId, RoomKind, UserId};

use super::lock::LockedRoom;
use crate::{
    database::schema::{members, memberships},
    failure::Outcome,
    membership::Role,
};

/// A group on behalf of one of its admins, who stays one until the transaction ends.
pub(super) struct Admin<'a>(pub(super) LockedRoom<'a>);

impl<'a> Admin<'a> {
    /// # Errors
    /// `not_found` to all but the room's members; `forbidden` to members who are no admins, and in private
    /// chats, which do not change.
    pub(super) async fn lock(db: &'a mut AsyncPgConnection, room: RoomId, user: UserId) -> Outcome<Self> {
        let not_found = || Error::not_found("chat");
        let group = LockedRoom::lock(db, room).await?.ok_or_else(not_found)?;
        // After the room: whoever takes the role away has locked it.
        let role = members::table.find((room, user)).select(members::role);
        let role: Role = role.first(group.db).await.optional()?.ok_or_else(not_found)?;
        if group.kind == RoomKind::Private {
            return Err(forbidden("A private chat has its two people, and nobody else."));
        }
        if role != Role::Admin {
            return Err(forbidden("Only the group's admins can do that."));
        }
        let acting = memberships::table.find((room, user)).filter(memberships::acted.eq(false));
        diesel::update(acting).set(memberships::acted.eq(true)).execute(group.db).await?;
        Ok(Self(group))
    }
}

pub(super) fn forbidden(message: impl Into<String>) -> crate::failure::Failure {
    Error::new(Code::Forbidden, message).into()
}
