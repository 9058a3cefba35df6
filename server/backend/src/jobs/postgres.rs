//! Jobs as rows. A claim is a lease written in one short statement, so that no connection is held
//! while a job runs; `attempts` numbers the leases, so that a late worker cannot speak for a job
//! that somebody else has taken up since.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Job, LEASE, run::LONGEST_WAIT};
use crate::{clock::Clock, database::Pool, database::schema::jobs, failure::Outcome};

/// Heads first, locks second: with `LIMIT 1 … SKIP LOCKED` in one step a busy first job would let
/// the second one start. A time further off than any wait or lease is from before the clock was set
/// back, and its queue would stand still until the clock has come as far again.
const CLAIM: &str = "\
    WITH heads AS MATERIALIZED ( \
        SELECT head.id FROM unnest($1) AS queues (name) \
        CROSS JOIN LATERAL (SELECT id FROM jobs WHERE queue = queues.name ORDER BY id LIMIT 1) head \
    ), due AS ( \
        SELECT id FROM jobs WHERE id IN (SELECT id FROM heads) \
            AND (run_at <= $2 OR run_at > $4) \
            AND (lease_until IS NULL OR lease_until <= $2 OR lease_until > $5) \
        FOR UPDATE SKIP LOCKED \
    ) \
    UPDATE jobs SET attempts = attempts + 1, lease_until = $3 FROM due WHERE jobs.id = due.id \
    RETURNING jobs.id, jobs.queue, jobs.payload, jobs.attempts";

const BURY: &str = "\
    WITH gone AS (DELETE FROM jobs WHERE id = $1 AND attempts = $2 RETURNING *) \
    INSERT INTO dead_jobs (id, queue, payload, attempts, reason, created_at, died_at) \
    SELECT id, queue, payload, attempts, $3, created_at, $4 FROM gone";

/// Held until the end of the transaction, so that two workers do not both find an empty queue.
const LOCK_QUEUE: &str = "SELECT pg_advisory_xact_lock(hashtextextended('jobs.' || $1, 0))";

pub(super) struct Postgres {
    db: Pool,
    clock: Clock,
}

/// A job in hand.
#[derive(Debug, QueryableByName)]
#[diesel(table_name = jobs)]
pub struct Claimed {
    pub id: i64,
    pub queue: String,
    pub payload: serde_json::Value,
    /// Which try this is, from 1.
    pub attempts: i32,
}

impl Postgres {
    pub(super) fn new(db: Pool, clock: Clock) -> Self {
        Self { db, clock }
    }

    pub(super) async fn enqueue<J: Job>(&self, conn: &mut AsyncPgConnection, job: &J) -> Outcome<()> {
        let now = self.clock.now();
        let payload = serde_json::to_value(job).map_err(anyhow::Error::from)?;
        diesel::insert_into(jobs::table)
            .values((
                jobs::queue.eq(J::QUEUE),
                jobs::payload.eq(payload),
                jobs::run_at.eq(now),
                jobs::created_at.eq(now),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }

    pub(super) async fn enqueue_if_none<J: Job>(&self, conn: &mut AsyncPgConnection, job: &J) -> Outcome<()> {
        diesel::sql_query(LOCK_QUEUE).bind::<Text, _>(J::QUEUE).execute(conn).await?;
        let waiting = jobs::table.filter(jobs::queue.eq(J::QUEUE));
        if diesel::select(diesel::dsl::exists(waiting)).get_result(conn).await? {
            return Ok(());
        }
        self.enqueue(conn, job).await
    }

    pub(super) async fn claim(&self, queues: &[&str]) -> Outcome<Vec<Claimed>> {
        let now = self.clock.now();
        let mut conn = self.db.get().await?;
        let claimed = diesel::sql_query(CLAIM)
            .bind::<Array<Text>, _>(queues)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now + LEASE)
            // Twice: the clocks of two nodes are never quite the same.
            .bind::<Timestamptz, _>(now + LONGEST_WAIT * 2)
            .bind::<Timestamptz, _>(now + LEASE * 2)
            .load(&mut conn)
            .await?;
        Ok(claimed)
    }

    pub(super) async fn done(&self, job: &Claimed) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        diesel::delete(jobs::table.filter(jobs::id.eq(job.id).and(jobs::attempts.eq(job.attempts))))
            .execute(&mut conn)
            .await?;
        Ok(())
    }

    pub(super) async fn retry(&self, job: &Claimed, wait: TimeDelta, reason: &str) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        diesel::update(jobs::table.filter(jobs::id.eq(job.id).and(jobs::attempts.eq(job.attempts))))
            .set((
                jobs::run_at.eq(self.clock.now() + wait),
                jobs::lease_until.eq(None::<DateTime<Utc>>),
                jobs::last_error.eq(reason),
            ))
            .execute(&mut conn)
            .await?;
        Ok(())
    }

    pub(super) async fn bury(&self, job: &Claimed, reason: &str) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        diesel::sql_query(BURY)
            .bind::<BigInt, _>(job.id)
            .bind::<diesel::sql_types::Integer, _>(job.attempts)
            .bind::<Text, _>(reason)
            .bind::<Timestamptz, _>(self.clock.now())
            .execute(&mut conn)
            .await?;
        Ok(())
    }
}
