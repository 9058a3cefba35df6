//! Calling a group something else.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Result, RoomId, Title, UserId};

use super::{admin::Admin, lock::MembersChange};
use crate::{Backend, SignedIn, database::schema::rooms, failure::Outcome, names, rate_limit::Limit};

impl Backend {
    /// Gives a group another title; the same one changes nothing.
    ///
    /// # Errors
    /// `invalid` if the title breaks a rule; `not_found` to all but the room's members, `forbidden` to all but its
    /// admins; `rate_limited`.
    pub async fn rename(&self, who: &SignedIn, room: RoomId, title: Title) -> Result<()> {
        let title = names::title(title.as_str())?;
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, by) = (self.clone(), who.user());
        let renamed = async move {
            if let Some(change) = backend.write_title(room, by, &title).await? {
                backend.publish_members(room, change);
            }
            Ok(())
        };
        self.change_room(room, renamed).await
    }

    async fn write_title(&self, room: RoomId, by: UserId, title: &Title) -> Outcome<Option<MembersChange>> {
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Admin(group) = Admin::lock(db, room, by).await?;
            let other = rooms::table.find(room).filter(rooms::title.is_distinct_from(title.as_str()));
            let renamed =
                diesel::update(other).set(rooms::title.eq(title.as_str())).execute(group.db).await?;
            if renamed == 0 {
                return Ok(None);
            }
            Ok(Some(group.change_members().await?))
        })
        .await
    }
}
