//! Jobs as rows: where every job begins, whoever runs it. A claim is a lease written in one short statement, so that no connection is held
//! while a job runs; `attempts` numbers the leases, so that a late worker cannot speak for a job
//! that somebody else has taken up since.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Jsonb, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Job, LEASE, rabbitmq::Carried, run::LONGEST_WAIT};
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
    RETURNING jobs.id, jobs.queue, jobs.payload, jobs.attempts, jobs.created_at";

const BURY: &str = "\
    WITH gone AS (DELETE FROM jobs WHERE id = $1 AND attempts = $2 RETURNING *) \
    INSERT INTO dead_jobs (id, queue, payload, attempts, reason, created_at, died_at) \
    SELECT id, queue, payload, attempts, $3, created_at, $4 FROM gone";

/// Held until the end of the transaction, so that two workers do not both find an empty queue.
const LOCK_QUEUE: &str = "SELECT pg_advisory_xact_lock(hashtextextended('jobs.' || $1, 0))";

/// What RabbitMQ brought back is buried under its own number, also when a second copy of it follows.
const RECORD_DEAD: &str = "\
    INSERT INTO dead_jobs (id, queue, payload, attempts, reason, created_at, died_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET queue = excluded.queue, \
        payload = excluded.payload, attempts = excluded.attempts, reason = excluded.reason, \
        created_at = excluded.created_at, died_at = excluded.died_at";

/// The table `jobs`, of which every node takes the first row of each queue.
pub struct Table {
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
    pub created_at: DateTime<Utc>,
}

impl Table {
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

    /// Takes the first job of each of the queues, where it is due, for [`LEASE`].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim(&self, queues: &[&str]) -> Outcome<Vec<Claimed>> {
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

    /// Strikes a job off. Nothing happens if its lease was lost to another worker meanwhile; the
    /// same holds for [`retry`](Self::retry), [`release`](Self::release) and [`bury`](Self::bury).
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn done(&self, job: &Claimed) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        diesel::delete(jobs::table.filter(jobs::id.eq(job.id).and(jobs::attempts.eq(job.attempts))))
            .execute(&mut conn)
            .await?;
        Ok(())
    }

    /// Gives a job back, to be tried again after `wait`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn retry(&self, job: &Claimed, wait: TimeDelta, reason: &str) -> Outcome<()> {
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

    /// Gives a job back as it was: nobody tried it.
    pub(super) async fn release(&self, job: &Claimed) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        diesel::update(jobs::table.filter(jobs::id.eq(job.id).and(jobs::attempts.eq(job.attempts))))
            .set((jobs::attempts.eq(job.attempts - 1), jobs::lease_until.eq(None::<DateTime<Utc>>)))
            .execute(&mut conn)
            .await?;
        Ok(())
    }

    /// Makes it a dead job.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn bury(&self, job: &Claimed, reason: &str) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        diesel::sql_query(BURY)
            .bind::<BigInt, _>(job.id)
            .bind::<Integer, _>(job.attempts)
            .bind::<Text, _>(reason)
            .bind::<Timestamptz, _>(self.clock.now())
            .execute(&mut conn)
            .await?;
        Ok(())
    }

    /// Strikes off what was worked off elsewhere, whoever holds its lease. After a restore the same
    /// number may be another job's: its time of birth tells them apart.
    pub(super) async fn strike_off(&self, job: &Carried) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        let same = jobs::id.eq(job.id).and(jobs::created_at.eq(job.created_at));
        diesel::delete(jobs::table.filter(same)).execute(&mut conn).await?;
        Ok(())
    }

    /// Makes a dead job of what was tried elsewhere.
    pub(super) async fn record_dead(&self, job: &Carried, reason: &str) -> Outcome<()> {
        let mut conn = self.db.get().await?;
        diesel::sql_query(RECORD_DEAD)
            .bind::<BigInt, _>(job.id)
            .bind::<Text, _>(&job.queue)
            .bind::<Jsonb, _>(&job.payload)
            .bind::<Integer, _>(job.attempt)
            .bind::<Text, _>(reason)
            .bind::<Timestamptz, _>(job.created_at)
            .bind::<Timestamptz, _>(self.clock.now())
            .execute(&mut conn)
            .await?;
        Ok(())
    }
}
