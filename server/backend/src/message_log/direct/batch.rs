//! One transaction for a batch of entries: lock the rooms, set what is known and who may not write
//! apart, insert, raise the heads, count. Six statements, whatever the number of entries and rooms.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Accepted, MessageId, RoomId, UserId};

use super::{
    Answer, Entry, Refusal,
    numbering::{self, Heads, Known},
};
use crate::{
    clock::timestamp,
    failure::{Failure, Outcome},
};

/// What became of a batch, entry by entry.
pub(super) struct Written {
    pub(super) answers: Vec<Answer>,
    /// Written now, not before.
    pub(super) fresh: Vec<bool>,
}

impl Written {
    pub(super) fn fresh_count(&self) -> u64 {
        self.fresh.iter().filter(|fresh| **fresh).count() as u64
    }

    fn fresh<'a>(&self, entries: &'a [Entry]) -> Vec<(&'a Entry, Accepted)> {
        let all = entries.iter().zip(&self.answers).zip(&self.fresh);
        all.filter(|(_, fresh)| **fresh)
            .filter_map(|((entry, answer), _)| Some((entry, answer.ok()?)))
            .collect()
    }
}

#[derive(QueryableByName)]
struct Member {
    #[diesel(sql_type = Uuid)]
    room_id: RoomId,
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

pub(super) async fn write(
    db: &mut AsyncPgConnection,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Outcome<Written> {
    db.transaction(async |db| {
        let rooms: BTreeSet<RoomId> = entries.iter().map(|entry| entry.room).collect();
        let rooms: Vec<RoomId> = rooms.into_iter().collect();
        let ids: Vec<MessageId> = entries.iter().map(|entry| entry.id).collect();
        let heads = numbering::lock(db, &rooms).await?;
        // After the locks: what another writer has just committed is seen.
        let known = numbering::known(db, &ids).await?;
        let members = members(db, entries).await?;
        let (written, heads) = number(entries, heads, &known, &members, now);
        let fresh = written.fresh(entries);
        if !fresh.is_empty() {
            #[cfg(feature = "mutants")]
            crate::mutants::before_commit(&fresh).await;
            insert(db, &fresh, now).await?;
            raise(db, &heads).await?;
            count(db, &fresh).await?;
        }
        Ok(written)
    })
    .await
}

/// An entry of the batch cannot be stored, whatever the state of the connection.
pub(super) fn is_data_error(error: &Failure) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    match error {
        Failure::Database(Error::DatabaseError(kind, _)) => !matches!(
            kind,
            // Lost connections and restarts; and ids that another writer took in another room at
            // the same moment, which the next attempt finds.
            DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::Unknown
        ),
        Failure::Database(Error::SerializationError(_)) => true,
        _ => false,
    }
}

/// Which of the senders are members of the rooms they write to. Asked under the rooms' locks, so
/// nobody writes after having left.
async fn members(db: &mut AsyncPgConnection, entries: &[Entry]) -> Outcome<BTreeSet<(RoomId, UserId)>> {
    let pairs: BTreeSet<(RoomId, UserId)> = entries.iter().map(|entry| (entry.room, entry.sender)).collect();
    let (rooms, users): (Vec<RoomId>, Vec<UserId>) = pairs.into_iter().unzip();
    let members: Vec<Member> = diesel::sql_query(
        "SELECT room_id, user_id FROM members JOIN unnest($1, $2) AS asked (room_id, user_id) \
         USING (room_id, user_id)",
    )
    .bind::<Array<Uuid>, _>(rooms)
    .bind::<Array<Uuid>, _>(users)
    .load(db)
    .await?;
    Ok(members.into_iter().map(|member| (member.room_id, member.user_id)).collect())
}

/// Gives every new entry the next numbers of its room.
fn number(
    entries: &[Entry],
    mut heads: BTreeMap<RoomId, Heads>,
    known: &HashMap<MessageId, Known>,
    members: &BTreeSet<(RoomId, UserId)>,
    now: DateTime<Utc>,
) -> (Written, BTreeMap<RoomId, Heads>) {
    let mut written = Written { answers: Vec::with_capacity(entries.len()), fresh: Vec::new() };
    let mut in_batch: HashMap<MessageId, usize> = HashMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let first = in_batch.get(&entry.id).copied();
        let (answer, fresh) = if !members.contains(&(entry.room, entry.sender)) {
            (Err(Refusal::NotMember), false)
        } else if let Some(known) = known.get(&entry.id) {
            (known.answer(entry), false)
        } else if let Some(first) = first {
            let answer =
                if entries[first] == *entry { written.answers[first] } else { Err(Refusal::IdConflict) };
            (answer, false)
        } else {
            let Some(heads) = heads.get_mut(&entry.room) else {
                unreachable!("a member's room exists and is locked")
            };
            heads.last_seq = heads.last_seq.next();
            heads.rev = heads.rev.next();
            #[cfg(feature = "mutants")]
            crate::mutants::skip(&mut heads.last_seq, &mut heads.rev);
            in_batch.insert(entry.id, place);
            let (seq, rev) = (heads.last_seq, heads.rev);
            (Ok(Accepted { room: entry.room, id: entry.id, seq, rev, at: timestamp(now) }), true)
        };
        written.answers.push(answer);
        written.fresh.push(fresh);
    }
    (written, heads)
}

async fn insert(db: &mut AsyncPgConnection, fresh: &[(&Entry, Accepted)], now: DateTime<Utc>) -> Outcome<()> {
    #[cfg(feature = "mutants")]
    let fresh = crate::mutants::lose(fresh);
    diesel::sql_query(
        "INSERT INTO messages (room_id, seq, rev, id, sender_id, body, at) \
         SELECT *, $7 FROM unnest($1, $2, $3, $4, $5, $6)",
    )
    .bind::<Array<Uuid>, _>(fresh.iter().map(|(entry, _)| entry.room).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(fresh.iter().map(|(_, accepted)| accepted.seq).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(fresh.iter().map(|(_, accepted)| accepted.rev).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(fresh.iter().map(|(entry, _)| entry.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(fresh.iter().map(|(entry, _)| entry.sender).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(fresh.iter().map(|(entry, _)| entry.body.as_str()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .execute(db)
    .await?;
    Ok(())
}

async fn raise(db: &mut AsyncPgConnection, heads: &BTreeMap<RoomId, Heads>) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE rooms SET last_seq = head.last_seq, rev = head.rev \
         FROM unnest($1, $2, $3) AS head (id, last_seq, rev) \
         WHERE rooms.id = head.id AND rooms.rev < head.rev",
    )
    .bind::<Array<Uuid>, _>(heads.keys().copied().collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(heads.values().map(|heads| heads.last_seq).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(heads.values().map(|heads| heads.rev).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// Counts the new messages as their senders' own: they are not unread to them.
async fn count(db: &mut AsyncPgConnection, fresh: &[(&Entry, Accepted)]) -> Outcome<()> {
    let mut own: BTreeMap<(RoomId, UserId), i64> = BTreeMap::new();
    for (entry, _) in fresh {
        *own.entry((entry.room, entry.sender)).or_default() += 1;
    }
    diesel::sql_query(
        "UPDATE members SET mine = mine + own.count \
         FROM unnest($1, $2, $3) AS own (room_id, user_id, count) \
         WHERE members.room_id = own.room_id AND members.user_id = own.user_id",
    )
    .bind::<Array<Uuid>, _>(own.keys().map(|(room, _)| *room).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(own.keys().map(|(_, user)| *user).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(own.values().copied().collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}
