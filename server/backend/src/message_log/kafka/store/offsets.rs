//! How far the log has been stored: in PostgreSQL, moved by the transaction that stores.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::Context;
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Text, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Offset, RoomId};

use super::{
    super::{
        Settings,
        logs::{Log, Logs},
    },
    batch::Span,
};
use crate::{
    database::{Pool, schema::log_offsets},
    failure::Outcome,
};

/// As long as Kafka waits for a reader that is not heard.
const IDLE_MS: &str = "6000";

#[derive(Clone)]
pub(super) struct Offsets {
    db: Pool,
    logs: Logs,
    /// Which log, once that is known.
    log: Arc<RwLock<Option<Log>>>,
}

impl Offsets {
    pub(super) fn new(db: Pool, settings: &Settings) -> Self {
        let logs = Logs::new(db.clone(), settings.topic.clone());
        Self { db, logs, log: Arc::default() }
    }

    /// Whether it is known which log this is, without which nothing can be stored.
    pub(super) fn is_identified(&self) -> bool {
        self.log().is_ok()
    }

    /// This is our topic in the Kafka with this id.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn identify(&self, cluster: &str) -> Outcome<()> {
        let log = self.logs.of(cluster).await?;
        *self.log.write().unwrap_or_else(PoisonError::into_inner) = Some(log);
        Ok(())
    }

    /// The log whose places are moved.
    ///
    /// # Errors
    /// It is not known yet.
    pub(super) fn log(&self) -> Outcome<Log> {
        let log = self.log.read().unwrap_or_else(PoisonError::into_inner);
        Ok(log.clone().context("which Kafka this is cannot be told yet")?)
    }

    /// Where to go on, for each of the partitions that somebody has stored from.
    pub(super) async fn stored(&self, partitions: &[i32]) -> Outcome<BTreeMap<i32, Offset>> {
        let mut db = self.db.get().await?;
        let rows: Vec<(i32, Offset)> = log_offsets::table
            .filter(log_offsets::log.eq(self.log()?.name).and(log_offsets::partition.eq_any(partitions)))
            .select((log_offsets::partition, log_offsets::next_offset))
            .load(&mut db)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// The rooms that the last batch of each partition touched.
    pub(super) async fn last_rooms(&self, partitions: &[i32]) -> Outcome<Vec<RoomId>> {
        let mut db = self.db.get().await?;
        let rooms: Vec<Vec<RoomId>> = log_offsets::table
            .filter(log_offsets::log.eq(self.log()?.name).and(log_offsets::partition.eq_any(partitions)))
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
        .bind::<Text, _>(self.log()?.name)
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
        diesel::update(log_offsets::table.find((self.log()?.name, partition)))
            .set(log_offsets::next_offset.eq(to))
            .execute(&mut db)
            .await?;
        Ok(())
    }
}
