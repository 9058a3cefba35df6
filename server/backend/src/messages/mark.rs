//! How far members have come: marks that only rise, written by group commit.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::{Ready, ready},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Uuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Error, Mark, Result, RoomId, Seq, UserId, wire::ServerFrame};

use crate::{
    Backend, SignedIn,
    bus::{Bus, Notice},
    database::{Pool, schema::rooms},
    failure::Outcome,
    group_commit::GroupCommit,
    rate_limit::Limit,
};

/// Marks that may wait to be written.
const WAITING: usize = 10_000;
/// Marks in one transaction.
const BATCH: usize = 1_000;
/// Between two of them under load: a tick may come a little later, and costs much less.
const PACE: Duration = Duration::from_millis(100);

/// The writer of marks.
pub struct Marks {
    queue: GroupCommit<Raise, Ready<Result<Mark>>>,
}

#[derive(Clone, Copy)]
struct Raise {
    room: RoomId,
    user: UserId,
    delivered: Seq,
    read: Seq,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    room_id: RoomId,
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = BigInt)]
    delivered_seq: Seq,
    #[diesel(sql_type = BigInt)]
    read_seq: Seq,
    #[diesel(sql_type = BigInt)]
    mine: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: Seq,
}

impl Backend {
    /// Raises a member's marks as far as the room goes; lower ones than before change nothing.
    /// Answers with the marks as they stand.
    ///
    /// # Errors
    /// `not_found` to non-members, `rate_limited`, `unavailable`.
    pub async fn mark(&self, who: &SignedIn, room: RoomId, delivered: Seq, read: Seq) -> Result<Mark> {
        self.limits.check(Limit::Mark, who.user()).await?;
        let raise = Raise { room, user: who.user(), delivered, read };
        let submitted = self.marks.queue.submit(raise).map_err(|_| Error::unavailable())?;
        submitted.await.map_err(|_| Error::unavailable())?
    }
}

impl Marks {
    pub fn start(db: Pool, bus: Bus) -> Self {
        let writer = Arc::new((db, bus));
        let queue = GroupCommit::start(WAITING, BATCH, PACE, move |raises: Vec<Raise>| {
            let writer = writer.clone();
            async move { commit(&writer.0, &writer.1, raises).await.into_iter().map(ready).collect() }
        });
        Self { queue }
    }
}

async fn commit(db: &Pool, bus: &Bus, raises: Vec<Raise>) -> Vec<Result<Mark>> {
    let written = match write(db, &raises).await {
        Ok(written) => written,
        Err(failure) => {
            let error = Error::from(failure);
            return vec![Err(error); raises.len()];
        }
    };
    for ((room, _), (mark, rose)) in &written {
        if *rose {
            let frame = Bytes::from(ServerFrame::Mark { room: *room, mark: *mark }.encode());
            bus.publish(&Notice::Room { room: *room, rev: None, frame });
        }
    }
    let answer = |raise: &Raise| {
        let mark = written.get(&(raise.room, raise.user));
        mark.map(|(mark, _)| *mark).ok_or_else(|| Error::not_found("chat"))
    };
    raises.iter().map(answer).collect()
}

/// The marks of all members named in the batch, and whether each of them rose.
type Written = BTreeMap<(RoomId, UserId), (Mark, bool)>;

async fn write(db: &Pool, raises: &[Raise]) -> Outcome<Written> {
    let mut db = db.get().await?;
    db.transaction(async |db| {
        let mut written = stand(db, raises).await?;
        for raise in raises {
            let Some((mark, rose)) = written.get_mut(&(raise.room, raise.user)) else { continue };
            let last = mark.upto;
            let read = mark.read.max(raise.read.min(last));
            let delivered = mark.delivered.max(raise.delivered.min(last)).max(read);
            *rose |= (read, delivered) != (mark.read, mark.delivered);
            (mark.read, mark.delivered) = (read, delivered);
        }
        for row in update(db, &written).await? {
            if let Some((mark, _)) = written.get_mut(&(row.room_id, row.user_id)) {
                mark.mine = row.mine;
            }
        }
        Ok(written)
    })
    .await
}

/// The marks as they stand, under the rooms' locks: `last_seq` and `mine` then belong together.
async fn stand(db: &mut AsyncPgConnection, raises: &[Raise]) -> Outcome<Written> {
    let ids: BTreeSet<RoomId> = raises.iter().map(|raise| raise.room).collect();
    let _locked: Vec<RoomId> = rooms::table
        .filter(rooms::id.eq_any(ids))
        .order(rooms::id)
        .select(rooms::id)
        .for_no_key_update()
        .load(db)
        .await?;
    let pairs: BTreeSet<(RoomId, UserId)> = raises.iter().map(|raise| (raise.room, raise.user)).collect();
    let (rooms, users): (Vec<RoomId>, Vec<UserId>) = pairs.into_iter().unzip();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT m.room_id, m.user_id, m.delivered_seq, m.read_seq, m.mine, r.last_seq \
         FROM members m JOIN rooms r ON r.id = m.room_id \
         JOIN unnest($1, $2) AS asked (room_id, user_id) \
             ON asked.room_id = m.room_id AND asked.user_id = m.user_id",
    )
    .bind::<Array<Uuid>, _>(rooms)
    .bind::<Array<Uuid>, _>(users)
    .load(db)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.room_id, row.user_id), (row.mark(), false))).collect())
}

async fn update(db: &mut AsyncPgConnection, written: &Written) -> Outcome<Vec<Row>> {
    let rose: Vec<&Mark> = written.values().filter(|(_, rose)| *rose).map(|(mark, _)| mark).collect();
    if rose.is_empty() {
        return Ok(Vec::new());
    }
    let rooms: Vec<RoomId> =
        written.iter().filter(|(_, (_, rose))| *rose).map(|((room, _), _)| *room).collect();
    let rows = diesel::sql_query(
        "UPDATE memberships m SET delivered_seq = new.delivered, read_seq = new.read, acted = true, \
             mine = CASE WHEN new.read = m.read_seq THEN m.mine ELSE ( \
                 SELECT count(*) FROM messages own WHERE own.room_id = m.room_id \
                 AND own.sender_id = m.user_id AND own.seq > new.read) END \
         FROM unnest($1, $2, $3, $4) AS new (room_id, user_id, delivered, read) \
         JOIN rooms r ON r.id = new.room_id \
         WHERE m.room_id = new.room_id AND m.user_id = new.user_id AND m.status = 'active' \
         RETURNING m.room_id, m.user_id, m.delivered_seq, m.read_seq, m.mine, r.last_seq",
    )
    .bind::<Array<Uuid>, _>(rooms)
    .bind::<Array<Uuid>, _>(rose.iter().map(|mark| mark.user).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(rose.iter().map(|mark| mark.delivered).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(rose.iter().map(|mark| mark.read).collect::<Vec<_>>())
    .load(db)
    .await?;
    Ok(rows)
}

impl Row {
    fn mark(&self) -> Mark {
        Mark {
            user: self.user_id,
            delivered: self.delivered_seq,
            read: self.read_seq,
            mine: self.mine,
            upto: self.last_seq,
        }
    }
}
