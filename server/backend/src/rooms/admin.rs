//! Who may change a group.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Code, Error, RoomId, RoomKind, UserId};

use super::lock::Locked;
use crate::{database::schema::members, failure::Outcome};

/// A group on behalf of one of its admins, who stays one until the transaction ends.
pub(super) struct Admin<'a>(pub(super) Locked<'a>);

impl<'a> Admin<'a> {
    /// # Errors
    /// `not_found` to all but the room's members; `forbidden` to those who are no admins, and in private
    /// chats, which are as they are.
    pub(super) async fn of(db: &'a mut AsyncPgConnection, room: RoomId, user: UserId) -> Outcome<Self> {
        let not_found = || Error::not_found("chat");
        let group = Locked::lock(db, room).await?.ok_or_else(not_found)?;
        // After the room: whoever takes this from them has locked it.
        let role = members::table.find((room, user)).select(members::role);
        let role: String = role.first(group.db).await.optional()?.ok_or_else(not_found)?;
        if group.kind == RoomKind::Private {
            return Err(forbidden("A private chat has its two people, and nobody else."));
        }
        if role != ADMIN {
            return Err(forbidden("Only the group's admins can do that."));
        }
        let acting = members::table.find((room, user)).filter(members::active.eq(false));
        diesel::update(acting).set(members::active.eq(true)).execute(group.db).await?;
        Ok(Self(group))
    }
}

/// The role of those who may let others in and out …
pub(super) const ADMIN: &str = "admin";
/// … and of those who may not.
pub(super) const MEMBER: &str = "member";

pub(super) fn forbidden(message: impl Into<String>) -> crate::failure::Failure {
    Error::new(Code::Forbidden, message).into()
}
