//! Letting people into a group.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Mark, Result, RoomId, UserId, limits::GROUP_PEOPLE};

use super::{
    admin::Admin,
    announce::to_its_end,
    come_back::reinstate,
    create::{others, too_many},
    lock::Moved,
    may_add::may_add,
    seat::{blockers, seat, without_members},
};
use crate::{Backend, SignedIn, database::schema::members, failure::Outcome, rate_limit::Limit};

/// Who is to be let in, and the admin who does it.
struct Guests {
    room: RoomId,
    people: Vec<UserId>,
    by: UserId,
}

impl Backend {
    /// Lets people into a group. They can read all that was ever said there, and have nothing unread: their
    /// marks stand at its end. Those who were there before come back with the marks they had; who is there
    /// stays.
    ///
    /// # Errors
    /// `not_found` to all but the room's members, and if one of the people does not exist; `forbidden` to all
    /// but its admins, and if one may not be added; `invalid` if there are too many; `rate_limited`. Then
    /// nobody comes.
    pub async fn add(&self, who: &SignedIn, room: RoomId, people: &[UserId]) -> Result<()> {
        let people = others(who.user(), people)?.into_iter().collect();
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, guests) = (self.clone(), Guests { room, people, by: who.user() });
        to_its_end(async move { backend.add_and_announce(&guests).await }).await
    }

    async fn add_and_announce(&self, guests: &Guests) -> Result<()> {
        let room = guests.room;
        if let Some((moved, came)) = self.write_guests(guests).await? {
            self.announce_members(room, moved);
            came.into_iter().for_each(|mark| self.announce_mark(room, mark));
        }
        // Also to those who were there: whoever let them in may have died before it was told.
        self.announce_guests(guests).await
    }

    /// Described as one of them sees it, for whoever let them in may be gone by now, and so may others.
    async fn announce_guests(&self, guests: &Guests) -> Result<()> {
        for user in &guests.people {
            if let Some(room) = self.rooms_of(*user, Some(guests.room)).await?.pop() {
                self.announce_room(&room, |user| guests.people.contains(&user)).await?;
                break;
            }
        }
        Ok(())
    }

    /// What became of the members, and where the marks of those stand who came; `None` if everybody was
    /// there.
    async fn write_guests(&self, guests: &Guests) -> Outcome<Option<(Moved, Vec<Mark>)>> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Admin(mut group) = Admin::of(db, guests.room, guests.by).await?;
            let new = without_members(&mut group, &guests.people, guests.by).await?;
            if new.is_empty() {
                return Ok(None);
            }
            may_add(group.db, guests.by, &new).await?;
            let out = blockers(group.db, &new, guests.by).await?;
            let back: Vec<UserId> = new.iter().copied().filter(|person| !out.contains(person)).collect();
            reinstate(&mut group, &back, now).await?;
            seat(&mut group, &new, guests.by, now).await?;
            let here = members::table.filter(members::room_id.eq(group.id)).count();
            if here.get_result::<i64>(group.db).await? > GROUP_PEOPLE as i64 {
                return Err(too_many().into());
            }
            let moved = group.change().await?;
            let came = moved.marks.iter().filter(|mark| new.contains(&mark.user)).copied().collect();
            Ok(Some((moved, came)))
        })
        .await
    }
}
