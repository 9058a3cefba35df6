//! Letting people into a group.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Timestamptz, Uuid},
};
use diesel_async::{AsyncConnection, RunQueryDsl};
use model::{Mark, Result, RoomId, UserId, limits::GROUP_PEOPLE};

use super::{
    admin::Admin,
    announce::to_its_end,
    come_back::reinstate,
    create::{others, too_many},
    lock::{Locked, Moved},
    may_add::may_add,
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
                self.announce_room(&room, guests.people.iter().copied());
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
            let new = without_members(&mut group, &guests.people).await?;
            if new.is_empty() {
                return Ok(None);
            }
            may_add(group.db, guests.by, &new).await?;
            reinstate(&mut group, &new, now).await?;
            seat(&mut group, &new, now).await?;
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

async fn without_members(group: &mut Locked<'_>, people: &[UserId]) -> QueryResult<Vec<UserId>> {
    let here = members::table.filter(members::room_id.eq(group.id)).filter(members::user_id.eq_any(people));
    let here: Vec<UserId> = here.select(members::user_id).load(group.db).await?;
    Ok(people.iter().copied().filter(|person| !here.contains(person)).collect())
}

/// Those who were never there.
async fn seat(group: &mut Locked<'_>, people: &[UserId], now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO members (room_id, user_id, joined_at, delivered_seq, read_seq) \
         SELECT r.id, person.id, $3, r.last_seq, r.last_seq \
         FROM rooms r, unnest($2) AS person (id) WHERE r.id = $1 \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Uuid, _>(group.id)
    .bind::<Array<Uuid>, _>(people)
    .bind::<Timestamptz, _>(now)
    .execute(group.db)
    .await?;
    Ok(())
}
