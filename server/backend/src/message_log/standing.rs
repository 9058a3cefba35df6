//! What stands under the ids of entries already.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Accepted, Rev, Seq};

use super::{Entry, Refusal};
use crate::clock::timestamp;

/// A message with an entry's id: the entry, or another one that came first.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) answer: Result<Accepted, Refusal>,
    /// It is not any more as it was sent.
    pub(crate) is_changed: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Bool)]
    is_same: bool,
    #[diesel(sql_type = Bool)]
    is_changed: bool,
    #[diesel(sql_type = BigInt)]
    seq: Seq,
    #[diesel(sql_type = BigInt)]
    rev: Rev,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// For each entry what stands under its id, in one look.
pub(crate) async fn standing(
    db: &mut AsyncPgConnection,
    entries: &[Entry],
) -> QueryResult<Vec<Option<Standing>>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT entry.place, m.seq, coalesce(m.first_rev, m.rev) AS rev, m.at, \
             m.first_rev IS NOT NULL AS is_changed, \
             (m.room_id, m.sender_id) = (entry.room_id, entry.sender_id) \
                 AND is_first_text(m.body, m.first_digest, m.deleted, entry.body) AS is_same \
         FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS entry (id, room_id, sender_id, body, place) \
         JOIN messages m ON m.id = entry.id",
    )
    .bind::<Array<Uuid>, _>(entries.iter().map(|entry| entry.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(entries.iter().map(|entry| entry.room).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(entries.iter().map(|entry| entry.sender).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.body.as_str()).collect::<Vec<_>>())
    .load(db)
    .await?;
    let mut found = vec![None; entries.len()];
    for row in rows {
        let place = row.place as usize - 1;
        found[place] = Some(row.of(&entries[place]));
    }
    Ok(found)
}

impl Row {
    fn of(self, entry: &Entry) -> Standing {
        let Self { seq, rev, is_changed, .. } = self;
        let accepted = Accepted { room: entry.room, id: entry.id, seq, rev, at: timestamp(self.at) };
        let answer = if self.is_same { Ok(accepted) } else { Err(Refusal::IdConflict) };
        Standing { answer, is_changed }
    }
}
