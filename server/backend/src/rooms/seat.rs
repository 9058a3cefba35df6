//! Giving people their place in a group.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::UserId;

use super::lock::Locked;
use crate::database::schema::{blocks, former_members, members};

/// People who are brought into a group.
pub(super) struct Guests {
    /// Those who come.
    pub(super) inside: Vec<UserId>,
    /// Those who have blocked the one who brings them: they stay out, and to the others are there and away.
    pub(super) outside: Vec<UserId>,
}

impl Guests {
    /// The blocks are looked at once: what somebody blocks meanwhile counts from the next time.
    pub(super) async fn of(db: &mut AsyncPgConnection, people: &[UserId], by: UserId) -> QueryResult<Self> {
        let blocks = blocks::table.filter(blocks::blocked_id.eq(by).and(blocks::blocker_id.eq_any(people)));
        let outside: Vec<UserId> = blocks.select(blocks::blocker_id).load(db).await?;
        let inside = people.iter().copied().filter(|person| !outside.contains(person)).collect();
        Ok(Self { inside, outside })
    }

    /// Without those who are there already, as far as whoever brings them can see.
    pub(super) async fn without_members(mut self, group: &mut Locked<'_>) -> QueryResult<Self> {
        let here = members::table
            .filter(members::room_id.eq(group.id))
            .filter(members::user_id.eq_any(self.inside.iter().chain(&self.outside).collect::<Vec<_>>()));
        let mut here: Vec<UserId> = here.select(members::user_id).load(group.db).await?;
        here.extend(silent(group, &self.outside).await?);
        self.inside.retain(|person| !here.contains(person));
        self.outside.retain(|person| !here.contains(person));
        Ok(self)
    }

    pub(super) fn everybody(&self) -> Vec<UserId> {
        self.inside.iter().chain(&self.outside).copied().collect()
    }
}

/// Seats people who are not there: their marks stand at the group's end.
pub(super) async fn seat(
    group: &mut Locked<'_>,
    Guests { inside, outside }: &Guests,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO members (room_id, user_id, joined_at, delivered_seq, read_seq) \
         SELECT r.id, person.id, $3, r.last_seq, r.last_seq \
         FROM rooms r, unnest($2) AS person (id) WHERE r.id = $1 \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Uuid, _>(group.id)
    .bind::<Array<Uuid>, _>(inside)
    .bind::<Timestamptz, _>(now)
    .execute(group.db)
    .await?;
    diesel::sql_query(
        "INSERT INTO former_members \
             (room_id, user_id, joined_at, left_at, rev, delivered_seq, read_seq, silent) \
         SELECT r.id, person.id, $3, $3 - interval '1 ms', r.rev, r.last_seq, r.last_seq, true \
         FROM rooms r, unnest($2) AS person (id) WHERE r.id = $1 \
         ON CONFLICT (room_id, user_id) DO UPDATE \
             SET silent = true, joined_at = excluded.joined_at, left_at = excluded.left_at",
    )
    .bind::<Uuid, _>(group.id)
    .bind::<Array<Uuid>, _>(outside)
    .bind::<Timestamptz, _>(now)
    .execute(group.db)
    .await?;
    Ok(())
}

/// Those of the people who are there to the others only.
pub(super) async fn silent(group: &mut Locked<'_>, people: &[UserId]) -> QueryResult<Vec<UserId>> {
    let silent = former_members::table
        .filter(former_members::room_id.eq(group.id).and(former_members::silent))
        .filter(former_members::user_id.eq_any(people));
    silent.select(former_members::user_id).load(group.db).await
}

/// How many are in a group to the others.
pub(super) async fn count(group: &mut Locked<'_>) -> QueryResult<i64> {
    let here = members::table.filter(members::room_id.eq(group.id)).count();
    let silent =
        former_members::table.filter(former_members::room_id.eq(group.id).and(former_members::silent));
    let here: i64 = here.get_result(group.db).await?;
    Ok(here + silent.count().get_result::<i64>(group.db).await?)
}
