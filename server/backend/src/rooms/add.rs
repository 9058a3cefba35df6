//! Letting people into a group.

use diesel_async::AsyncConnection;
use model::{Mark, Result, RoomId, UserId, limits::GROUP_PEOPLE};

use super::{
    Which,
    admin::Admin,
    come_back::reinstate,
    create::{others, too_many},
    lock::{Locked, Manner, Moved},
    may_add::{may_add, talking_with},
    seat::{self, count, seat, silent},
};
use crate::{Backend, SignedIn, failure::Outcome, rate_limit::Limit};

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
        self.change_room(room, async move { backend.add_and_announce(&guests).await }).await
    }

    async fn add_and_announce(&self, guests: &Guests) -> Result<()> {
        let room = guests.room;
        if let Some((moved, came)) = self.write_guests(guests).await? {
            self.announce_members(room, moved);
            came.into_iter().for_each(|mark| self.announce_mark(room, mark));
        }
        // Also if they were there: whoever let them in may have died before it was told.
        self.announce_guests(guests).await
    }

    /// Described as one of them sees it, for whoever let them in may be gone by now, and so may others.
    async fn announce_guests(&self, guests: &Guests) -> Result<()> {
        for user in &guests.people {
            if let Some(room) = self.rooms_of(*user, Which::One(guests.room)).await?.pop() {
                self.announce_room(&room, |user| guests.people.contains(&user)).await?;
                break;
            }
        }
        Ok(())
    }

    /// What became of the members, and where the marks of those stand who came; `None` if to the others
    /// everybody was there.
    async fn write_guests(&self, guests: &Guests) -> Outcome<Option<(Moved, Vec<Mark>)>> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Admin(mut group) = Admin::of(db, guests.room, guests.by).await?;
            let new = seat::Guests::of(group.db, &guests.people, guests.by).await?;
            let new = new.without_members(&mut group).await?;
            let new = without_hidden_strangers(new, &mut group, guests.by).await?;
            let everybody = new.everybody();
            may_add(group.db, guests.by, &everybody).await?;
            // To the others these are there already.
            let silent = silent(&mut group, &new.inside).await?;
            reinstate(&mut group, &new.inside, now).await?;
            seat(&mut group, &new, now).await?;
            if everybody.len() == silent.len() {
                if !silent.is_empty() {
                    group.count(Manner::Silent).await?;
                }
                return Ok(None);
            }
            if count(&mut group).await? > GROUP_PEOPLE as i64 {
                return Err(too_many().into());
            }
            let moved = group.change().await?;
            let came = |mark: &&Mark| everybody.contains(&mark.user) && !silent.contains(&mark.user);
            let came = moved.marks.iter().filter(came).copied().collect();
            Ok(Some((moved, came)))
        })
        .await
    }
}

/// Without those who, to the others, are there already, and whom `by` could not add: to be told so would tell that they
/// are not there.
async fn without_hidden_strangers(
    mut new: seat::Guests,
    group: &mut Locked<'_>,
    by: UserId,
) -> Outcome<seat::Guests> {
    let hidden = silent(group, &new.inside).await?;
    let known = talking_with(group.db, by, &hidden).await?;
    new.inside.retain(|person| !hidden.contains(person) || known.contains(person));
    Ok(new)
}
