//! Which log this is, and what its places are counted from.
//!
//! Clients compare places, so those of a room only ever grow. Kafka's offsets begin anew with each Kafka:
//! one that was set up in the place of another, or one beside a database that was restored. So each log
//! is known by the cluster's own id, and a new one counts from far above everything told before.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use diesel::{prelude::*, sql_types::Text};
use diesel_async::RunQueryDsl;

use crate::{
    database::{Pool, schema::logs},
    failure::Outcome,
};

/// A topic of one Kafka.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Log {
    /// `topic@cluster`.
    pub(super) name: String,
    /// The place of its offset 0.
    pub(super) base: i64,
}

/// The logs that messages of this instance were ever in.
#[derive(Clone)]
pub(super) struct Logs {
    db: Pool,
    topic: String,
    known: Arc<Mutex<BTreeMap<String, Log>>>,
}

impl Logs {
    pub(super) fn new(db: Pool, topic: String) -> Self {
        Self { db, topic, known: Arc::default() }
    }

    /// The log of our topic in the Kafka with this id. Once known, it is known without the database.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn of(&self, cluster: &str) -> Outcome<Log> {
        let name = format!("{}@{cluster}", self.topic);
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = known().get(&name) {
            return Ok(log.clone());
        }
        let mut db = self.db.get().await?;
        // 2^32 apart: more than was ever told of the one before and not stored, and a million of them
        // are still numbers that every client can hold (2^53).
        diesel::sql_query(
            "INSERT INTO logs (log, base) \
             SELECT $1, CASE count(*) WHEN 0 THEN 0 \
                 ELSE (greatest(max(base), (SELECT max(log) FROM rooms)) / 4294967296 + 1) * 4294967296 END \
             FROM logs \
             ON CONFLICT (log) DO NOTHING",
        )
        .bind::<Text, _>(&name)
        .execute(&mut db)
        .await?;
        let base = logs::table.find(&name).select(logs::base).first(&mut db).await?;
        let log = Log { name, base };
        known().insert(log.name.clone(), log.clone());
        Ok(log)
    }
}
