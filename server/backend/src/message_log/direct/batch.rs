//! Writes a batch of entries, and tells what became of each.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Accepted, MessageId, Rev, RoomId, Seq, UserId};

use super::{Answer, Entry, Refusal};
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
}

/// Writes what is new of the entries, in their order, all or nothing.
pub(super) async fn write(
    db: &mut AsyncPgConnection,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Outcome<Written> {
    let outcomes: Vec<EntryOutcome> = Append::new(entries, now).load(db).await?;
    let fresh = outcomes.iter().map(|outcome| outcome.is_fresh).collect();
    let answers = entries.iter().zip(outcomes).map(|(entry, outcome)| outcome.answer(entry)).collect();
    Ok(Written { answers, fresh })
}

/// An entry of the batch cannot be stored, whatever the state of the connection.
pub(super) fn is_data_error(error: &Failure) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    match error {
        Failure::Database(Error::DatabaseError(kind, _)) => !matches!(
            kind,
            // Lost connections and restarts; and ids that another writer stored at the same moment,
            // which the next attempt finds.
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

/// One line of the statement's answer; the lines come in the entries' order.
#[derive(diesel::Queryable)]
struct EntryOutcome {
    is_member: bool,
    is_same: bool,
    is_fresh: bool,
    seq: Option<Seq>,
    rev: Option<Rev>,
    at: Option<DateTime<Utc>>,
}

impl EntryOutcome {
    fn answer(self, entry: &Entry) -> Answer {
        let (true, Some(seq), Some(rev), Some(at)) = (self.is_member, self.seq, self.rev, self.at) else {
            return Err(Refusal::NotMember);
        };
        if !self.is_same {
            return Err(Refusal::IdConflict);
        }
        Ok(Accepted { room: entry.room, id: entry.id, seq, rev, at: timestamp(at) })
    }
}

/// The statement of `append.sql` with a batch: prepared once for each connection.
struct Append<'a> {
    ids: Vec<MessageId>,
    rooms: Vec<RoomId>,
    senders: Vec<UserId>,
    bodies: Vec<&'a str>,
    now: DateTime<Utc>,
}

const SQL: &str = include_str!("append.sql");

impl<'a> Append<'a> {
    fn new(entries: &'a [Entry], now: DateTime<Utc>) -> Self {
        Self {
            ids: entries.iter().map(|entry| entry.id).collect(),
            rooms: entries.iter().map(|entry| entry.room).collect(),
            senders: entries.iter().map(|entry| entry.sender).collect(),
            bodies: entries.iter().map(|entry| entry.body.as_str()).collect(),
            now,
        }
    }
}

impl QueryId for Append<'_> {
    type QueryId = Append<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Append<'_> {
    type SqlType = (Bool, Bool, Bool, Nullable<BigInt>, Nullable<BigInt>, Nullable<Timestamptz>);
}

impl QueryFragment<Pg> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql("WITH given (ids, rooms, senders, bodies, at) AS (SELECT ");
        pass.push_bind_param::<Array<Uuid>, _>(&self.ids)?;
        pass.push_sql("::uuid[], ");
        pass.push_bind_param::<Array<Uuid>, _>(&self.rooms)?;
        pass.push_sql("::uuid[], ");
        pass.push_bind_param::<Array<Uuid>, _>(&self.senders)?;
        pass.push_sql("::uuid[], ");
        pass.push_bind_param::<Array<Text>, _>(&self.bodies)?;
        pass.push_sql("::text[], ");
        pass.push_bind_param::<Timestamptz, _>(&self.now)?;
        pass.push_sql("::timestamptz), ");
        pass.push_sql(SQL);
        Ok(())
    }
}
