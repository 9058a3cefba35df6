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

/// Seats people who are not there: their marks stand at the group's end. Whoever has blocked the one who
/// brings them, `by`, stays out, and to the others is there and away: nobody is to see that block.
pub(super) async fn seat(
    group: &mut Locked<'_>,
    people: &[UserId],
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let out = blockers(group.db, people, by).await?;
    let inside: Vec<UserId> = people.iter().copied().filter(|person| !out.contains(person)).collect();
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
         SELECT r.id, person.id, $3, $3, r.rev, r.last_seq, r.last_seq, true \
         FROM rooms r, unnest($2) AS person (id) WHERE r.id = $1 \
         ON CONFLICT (room_id, user_id) DO UPDATE SET silent = true, joined_at = excluded.joined_at",
    )
    .bind::<Uuid, _>(group.id)
    .bind::<Array<Uuid>, _>(out)
    .bind::<Timestamptz, _>(now)
    .execute(group.db)
    .await?;
    Ok(())
}

/// Those of the people who have blocked `by`.
pub(super) async fn blockers(
    db: &mut AsyncPgConnection,
    people: &[UserId],
    by: UserId,
) -> QueryResult<Vec<UserId>> {
    let blocks = blocks::table.filter(blocks::blocked_id.eq(by).and(blocks::blocker_id.eq_any(people)));
    blocks.select(blocks::blocker_id).load(db).await
}

/// The people who are not in a group, as far as `by` can see.
pub(super) async fn without_members(
    group: &mut Locked<'_>,
    people: &[UserId],
    by: UserId,
) -> QueryResult<Vec<UserId>> {
    let here = members::table.filter(members::room_id.eq(group.id)).filter(members::user_id.eq_any(people));
    let mut here: Vec<UserId> = here.select(members::user_id).load(group.db).await?;
    let out = blockers(group.db, people, by).await?;
    here.extend(silent(group, &out).await?);
    Ok(people.iter().copied().filter(|person| !here.contains(person)).collect())
}

/// Those of the people who are there to the others only.
async fn silent(group: &mut Locked<'_>, people: &[UserId]) -> QueryResult<Vec<UserId>> {
    let silent = former_members::table
        .filter(former_members::room_id.eq(group.id).and(former_members::silent))
        .filter(former_members::user_id.eq_any(people));
    silent.select(former_members::user_id).load(group.db).await
}
