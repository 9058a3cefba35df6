//! Roles in a group.

use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use model::UserId;

use super::{Role, Status};
use crate::{
    database::schema::{members, memberships},
    rooms::LockedRoom,
};

/// The role of a member, hidden ones included.
pub(crate) async fn role_of(group: &mut LockedRoom<'_>, user: UserId) -> QueryResult<Option<Role>> {
    let shown = memberships::table.find((group.id, user)).filter(memberships::status.ne(Status::Left));
    shown.select(memberships::role).first(group.db).await.optional()
}

/// Gives a member a role.
pub(crate) async fn set_role(group: &mut LockedRoom<'_>, user: UserId, role: Role) -> QueryResult<()> {
    let member = memberships::table.find((group.id, user));
    diesel::update(member).set(memberships::role.eq(role)).execute(group.db).await?;
    Ok(())
}

/// Whether the group keeps an admin who has acted without this user. A member who has not acted is not counted: they
/// may be hidden, and nobody is to see that from the answer.
pub(crate) async fn has_another_active_admin(group: &mut LockedRoom<'_>, user: UserId) -> QueryResult<bool> {
    let others = members::table
        .filter(members::room_id.eq(group.id).and(members::user_id.ne(user)))
        .filter(members::role.eq(Role::Admin).and(members::active));
    diesel::select(exists(others)).get_result(group.db).await
}
