//! Writes a batch of entries into the tables, and tells what became of each.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Accepted, MessageId, Offset, Rev, RoomId, Seq, UserId};

use super::{Entry, Refusal};
use crate::{
    clock::timestamp,
    failure::{Failure, Outcome},
};

/// Where the entries come from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// Straight from their senders, who must be members.
    Senders { now: DateTime<Utc> },
    /// From a log, where they were admitted before: for each entry when, and at which place.
    Log(&'a [(DateTime<Utc>, Offset)]),
}

/// What became of a batch, entry by entry.
pub(super) struct Written {
    pub(super) answers: Vec<Result<Accepted, Refusal>>,
    /// Written now, not before.
    pub(super) fresh: Vec<bool>,
    /// Written before, and not any more as it was sent.
    pub(super) changed: Vec<bool>,
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
    source: Source<'_>,
) -> Outcome<Written> {
    let outcomes: Vec<EntryOutcome> = Append::new(entries, source).load(db).await?;
    let fresh = outcomes.iter().map(|outcome| outcome.is_fresh).collect();
    let changed = outcomes.iter().map(|outcome| outcome.is_changed).collect();
    let answers = entries.iter().zip(outcomes).map(|(entry, outcome)| outcome.answer(entry)).collect();
    Ok(Written { answers, fresh, changed })
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
    is_admitted: bool,
    is_same: bool,
    is_fresh: bool,
    is_changed: bool,
    seq: Option<Seq>,
    rev: Option<Rev>,
    at: Option<DateTime<Utc>>,
}

impl EntryOutcome {
    fn answer(self, entry: &Entry) -> Result<Accepted, Refusal> {
        let (true, Some(seq), Some(rev), Some(at)) = (self.is_admitted, self.seq, self.rev, self.at) else {
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
    ats: Vec<DateTime<Utc>>,
    uptos: Vec<i64>,
    admitted: bool,
}

const SQL: &str = include_str!("append.sql");

impl<'a> Append<'a> {
    fn new(entries: &'a [Entry], source: Source<'_>) -> Self {
        let (ats, uptos, admitted) = match source {
            Source::Senders { now } => (vec![now; entries.len()], vec![0; entries.len()], false),
            Source::Log(places) => {
                let (ats, uptos) = places.iter().map(|(at, log)| (*at, log.next().0)).unzip();
                (ats, uptos, true)
            }
        };
        Self {
            ids: entries.iter().map(|entry| entry.id).collect(),
            rooms: entries.iter().map(|entry| entry.room).collect(),
            senders: entries.iter().map(|entry| entry.sender).collect(),
            bodies: entries.iter().map(|entry| entry.body.as_str()).collect(),
            ats,
            uptos,
            admitted,
        }
    }
}

impl QueryId for Append<'_> {
    type QueryId = Append<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Append<'_> {
    type SqlType = (Bool, Bool, Bool, Bool, Nullable<BigInt>, Nullable<BigInt>, Nullable<Timestamptz>);
}

impl QueryFragment<Pg> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql("WITH given (ids, rooms, senders, bodies, ats, uptos, admitted) AS (SELECT ");
        pass.push_bind_param::<Array<Uuid>, _>(&self.ids)?;
        pass.push_sql("::uuid[], ");
        pass.push_bind_param::<Array<Uuid>, _>(&self.rooms)?;
        pass.push_sql("::uuid[], ");
        pass.push_bind_param::<Array<Uuid>, _>(&self.senders)?;
        pass.push_sql("::uuid[], ");
        pass.push_bind_param::<Array<Text>, _>(&self.bodies)?;
        pass.push_sql("::text[], ");
        pass.push_bind_param::<Array<Timestamptz>, _>(&self.ats)?;
        pass.push_sql("::timestamptz[], ");
        pass.push_bind_param::<Array<BigInt>, _>(&self.uptos)?;
        pass.push_sql("::bigint[], ");
        pass.push_bind_param::<Bool, _>(&self.admitted)?;
        pass.push_sql("::bool), ");
        pass.push_sql(SQL);
        Ok(())
    }
}
