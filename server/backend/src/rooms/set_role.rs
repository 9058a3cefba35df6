//! Setting the role of a group's member.

use diesel_async::AsyncConnection;
use model::{Error, Result, RoomId, UserId};

use super::{
    admin::{Admin, forbidden},
    lock::MembersChange,
};
use crate::{
    Backend, SignedIn,
    failure::Outcome,
    membership::{Role, has_another_active_admin, role_of, set_role},
    rate_limit::Limit,
};

const NO_OTHER_ADMIN: &str =
    "A group needs an admin. Make somebody else one first, who has read or written something here.";

/// The role that a member is to have.
#[derive(Clone, Copy)]
struct NewRole {
    room: RoomId,
    user: UserId,
    role: Role,
}

impl Backend {
    /// Sets the role of a group's member, perhaps one's own. The same again changes nothing.
    ///
    /// # Errors
    /// `not_found` to all but the room's members, and if the user is none; `forbidden` to all but its
    /// admins, and for its last active one; `rate_limited`.
    pub async fn set_role(&self, who: &SignedIn, room: RoomId, user: UserId, role: Role) -> Result<()> {
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, admin, new) = (self.clone(), who.user(), NewRole { room, user, role });
        let changed = async move {
            if let Some(change) = backend.write_role(new, admin).await? {
                backend.publish_members(room, change);
            }
            Ok(())
        };
        self.change_room(room, changed).await
    }

    async fn write_role(
        &self,
        NewRole { room, user, role }: NewRole,
        admin: UserId,
    ) -> Outcome<Option<MembersChange>> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Admin(mut group) = Admin::lock(db, room, admin).await?;
            let before = role_of(&mut group, user).await?.ok_or_else(|| Error::not_found("person"))?;
            if before == role {
                return Ok(None);
            }
            if role == Role::Member && !has_another_active_admin(&mut group, user).await? {
                return Err(forbidden(NO_OTHER_ADMIN));
            }
            set_role(&mut group, user, role).await?;
            Ok(Some(group.change_members().await?))
        })
        .await
    }
}
