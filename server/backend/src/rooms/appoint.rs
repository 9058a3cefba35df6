//! Making somebody an admin of a group, or one no more.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Error, Result, RoomId, UserId};

use super::{
    admin::{ADMIN, Admin, MEMBER, forbidden},
    announce::to_its_end,
    lock::{Locked, Moved},
};
use crate::{Backend, SignedIn, database::schema::members, failure::Outcome, rate_limit::Limit};

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
        to_its_end(appointed).await
    }

    async fn write_post(&self, Post { room, person, admin }: Post, by: UserId) -> Outcome<Option<Moved>> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Admin(mut group) = Admin::of(db, room, by).await?;
            let member = members::table.find((room, person));
            let role: Option<String> = member.select(members::role).first(group.db).await.optional()?;
            let role = role.ok_or_else(|| Error::not_found("person"))?;
            if (role == ADMIN) == admin {
                return Ok(None);
            }
            if !admin && admins(&mut group).await? == 1 {
                return Err(forbidden("A group needs an admin. Make somebody else one first."));
            }
            let role = if admin { ADMIN } else { MEMBER };
            diesel::update(member).set(members::role.eq(role)).execute(group.db).await?;
            Ok(Some(group.change().await?))
        })
        .await
    }
}

async fn admins(group: &mut Locked<'_>) -> QueryResult<i64> {
    let admins = members::table.filter(members::room_id.eq(group.id)).filter(members::role.eq(ADMIN));
    admins.count().get_result(group.db).await
}
