//! Making somebody an admin of a group, or one no more.

use diesel::prelude::*;
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
    /// admins, and for its last one; `rate_limited`.
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
            if !admin && admins(&mut group).await? == 1 {
                return Err(forbidden("A group needs an admin. Make somebody else one first."));
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

/// How many admins the group has to the others.
async fn admins(group: &mut Locked<'_>) -> QueryResult<i64> {
    let admins = members::table.filter(members::room_id.eq(group.id)).filter(members::role.eq(ADMIN));
    let silent = former_members::table
        .filter(former_members::room_id.eq(group.id).and(former_members::silent))
        .filter(former_members::role.eq(ADMIN));
    let here: i64 = admins.count().get_result(group.db).await?;
    Ok(here + silent.count().get_result::<i64>(group.db).await?)
}
