//! How far the log has been stored: in PostgreSQL, moved by the transaction that stores.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use anyhow::Context;
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Text, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Offset, RoomId};

use super::{super::Settings, batch::Span};
use crate::{
    database::{Pool, schema::log_offsets},
    failure::Outcome,
};

/// As long as Kafka waits for a reader that is not heard.
const IDLE_MS: &str = "10000";

#[derive(Clone)]
pub(super) struct Offsets {
    db: Pool,
    topic: String,
    /// Which log: the topic of a Kafka that was set up anew is another one, and begins at its beginning.
    log: Arc<OnceLock<String>>,
}

impl Offsets {
    pub(super) fn new(db: Pool, settings: &Settings) -> Self {
        Self { db, topic: settings.topic.clone(), log: Arc::default() }
    }

    /// Learns which Kafka this is, once.
    ///
    /// # Errors
    /// `ask` does not learn it: no broker answers.
    pub(super) fn identify(&self, ask: impl FnOnce() -> Option<String>) -> anyhow::Result<()> {
        if self.log.get().is_none() {
            let kafka = ask().context("which Kafka this is cannot be told yet")?;
            // Whoever was first has learnt the same.
            let _ = self.log.set(format!("{}@{kafka}", self.topic));
        }
        Ok(())
    }

    fn log(&self) -> Outcome<&str> {
        let log = self.log.get().context("which Kafka this is cannot be told yet")?;
        Ok(log)
    }

    /// Where to go on, for each of the partitions that somebody has stored from.
    pub(super) async fn stored(&self, partitions: &[i32]) -> Outcome<BTreeMap<i32, Offset>> {
        let mut db = self.db.get().await?;
        let rows: Vec<(i32, Offset)> = log_offsets::table
            .filter(log_offsets::log.eq(self.log()?).and(log_offsets::partition.eq_any(partitions)))
            .select((log_offsets::partition, log_offsets::next_offset))
            .load(&mut db)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// The rooms that the last batch of each partition touched.
    pub(super) async fn last_rooms(&self, partitions: &[i32]) -> Outcome<Vec<RoomId>> {
        let mut db = self.db.get().await?;
        let rooms: Vec<Vec<RoomId>> = log_offsets::table
            .filter(log_offsets::log.eq(self.log()?).and(log_offsets::partition.eq_any(partitions)))
            .select(log_offsets::last_rooms)
            .load(&mut db)
            .await?;
        Ok(rooms.into_iter().flatten().collect())
    }

    /// Moves the places from where a batch begins to where it ends, in the caller's transaction.
    /// Returns how many were moved: fewer than there are spans, and somebody else was here.
    ///
    /// The database gives the transaction up when nothing comes for [`IDLE_MS`]: a process that stands
    /// still in it must not hold up whoever gets its partitions.
    pub(super) async fn advance(
        &self,
        db: &mut AsyncPgConnection,
        spans: &BTreeMap<i32, Span>,
        rooms: &[RoomId],
    ) -> Outcome<usize> {
        // A partition's first batch finds no place yet, and begins it.
        let moved = diesel::sql_query(
            "INSERT INTO log_offsets AS known (log, partition, next_offset, last_rooms) \
             SELECT $1, partition, next, $5 \
             FROM set_config('idle_in_transaction_session_timeout', $6, true), \
                  unnest($2, $3, $4) AS given (partition, first, next) \
             ORDER BY partition \
             ON CONFLICT (log, partition) DO UPDATE \
             SET next_offset = excluded.next_offset, last_rooms = excluded.last_rooms \
             WHERE known.next_offset = ( \
                 SELECT given.first FROM unnest($2, $3) AS given (partition, first) \
                 WHERE given.partition = excluded.partition)",
        )
        .bind::<Text, _>(self.log()?)
        .bind::<Array<Integer>, _>(spans.keys().copied().collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(spans.values().map(|span| span.first).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(spans.values().map(|span| span.next).collect::<Vec<_>>())
        .bind::<Array<Uuid>, _>(rooms)
        .bind::<Text, _>(IDLE_MS)
        .execute(db)
        .await?;
        Ok(moved)
    }

    /// The log does not hold what was to come next: it was made anew, or removed it. Goes on from
    /// where it begins; what was stored before is recognised by its ids.
    pub(super) async fn reset(&self, partition: i32, to: Offset) -> Outcome<()> {
        let mut db = self.db.get().await?;
        diesel::update(log_offsets::table.find((self.log()?, partition)))
            .set(log_offsets::next_offset.eq(to))
            .execute(&mut db)
            .await?;
        Ok(())
    }
}
