//! Making somebody an admin of a group, or one no more.

use diesel::{dsl::exists, prelude::*};
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Error, Result, RoomId, UserId};

use super::{
    admin::{ADMIN, Admin, MEMBER, forbidden},
    lock::{Locked, Moved},
};
use crate::{
    Backend, SignedIn,
    database::schema::{former_members, members},
    failure::Outcome,
    rate_limit::Limit,
};

const NO_OTHER_ADMIN: &str =
    "A group needs an admin. Make somebody else one first, who has read or written something here.";

/// A member, and the role they are to have.
#[derive(Clone, Copy)]
struct Post {
    room: RoomId,
    person: UserId,
    admin: bool,
}

impl Backend {
    /// Makes a member of a group its admin, or an admin, perhaps oneself, a member like the others. The same
    /// again changes nothing.
    ///
    /// # Errors
    /// `not_found` to all but the room's members, and if the person is none; `forbidden` to all but its
    /// admins, and for its last active one; `rate_limited`.
    pub async fn appoint(&self, who: &SignedIn, room: RoomId, person: UserId, admin: bool) -> Result<()> {
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, by, post) = (self.clone(), who.user(), Post { room, person, admin });
        let appointed = async move {
            if let Some(moved) = backend.write_post(post, by).await? {
                backend.announce_members(room, moved);
            }
            Ok(())
        };
        self.change_room(room, appointed).await
    }

    async fn write_post(&self, Post { room, person, admin }: Post, by: UserId) -> Outcome<Option<Moved>> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Admin(mut group) = Admin::of(db, room, by).await?;
            let role = role(&mut group, person).await?.ok_or_else(|| Error::not_found("person"))?;
            if (role == ADMIN) == admin {
                return Ok(None);
            }
            if !admin && !has_another_admin(&mut group, person).await? {
                return Err(forbidden(NO_OTHER_ADMIN));
            }
            set_role(&mut group, person, if admin { ADMIN } else { MEMBER }).await?;
            Ok(Some(group.change().await?))
        })
        .await
    }
}

/// Of a member, or of somebody who is one to the others.
async fn role(group: &mut Locked<'_>, person: UserId) -> QueryResult<Option<String>> {
    let member = members::table.find((group.id, person)).select(members::role);
    if let Some(role) = member.first(group.db).await.optional()? {
        return Ok(Some(role));
    }
    let silent = former_members::table.find((group.id, person)).filter(former_members::silent);
    silent.select(former_members::role).first(group.db).await.optional()
}

async fn set_role(group: &mut Locked<'_>, person: UserId, role: &str) -> QueryResult<()> {
    let member = members::table.find((group.id, person));
    diesel::update(member).set(members::role.eq(role)).execute(group.db).await?;
    let silent = former_members::table.find((group.id, person)).filter(former_members::silent);
    diesel::update(silent).set(former_members::role.eq(role)).execute(group.db).await?;
    Ok(())
}

/// Whether the group keeps an active admin without this person. Somebody who has shown no sign of life is not
/// counted: they may have blocked whoever brought them in, and nobody is to see that from the answer.
async fn has_another_admin(group: &mut Locked<'_>, person: UserId) -> QueryResult<bool> {
    let others = members::table
        .filter(members::room_id.eq(group.id).and(members::user_id.ne(person)))
        .filter(members::role.eq(ADMIN).and(members::active));
    diesel::select(exists(others)).get_result(group.db).await
}
