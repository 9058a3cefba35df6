//! What was read from the log in one go.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use model::Offset;

use super::super::{logs::Log, record};
use crate::message_log::Entry;

/// Rows of one or several partitions, each partition's in the order of its log, without a hole.
#[derive(Default)]
pub(super) struct Batch {
    /// Under which share of the partitions.
    pub(super) share: u64,
    rows: Vec<Row>,
}

/// What lies at one place of the log.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) partition: i32,
    /// Kafka's own, within the partition.
    pub(super) offset: Offset,
    pub(super) payload: Vec<u8>,
    pub(super) content: Content,
}

#[derive(Clone)]
pub(super) enum Content {
    Entry(Entry, DateTime<Utc>),
    /// Never to be stored, for this reason.
    Dead(String),
}

/// How far a partition is stored by a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: Offset,
    pub(super) next: Offset,
}

impl Row {
    /// Where it lies, as clients are told.
    pub(super) fn place(&self, log: &Log) -> Offset {
        Offset(log.base + self.offset.0)
    }
}

impl Batch {
    pub(super) fn of(share: u64) -> Self {
        Self { share, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, partition: i32, offset: i64, payload: &[u8]) {
        let content = match record::read(payload) {
            Ok((entry, at)) => Content::Entry(entry, at),
            Err(reason) => Content::Dead(reason),
        };
        self.rows.push(Row { partition, offset: Offset(offset), payload: payload.to_vec(), content });
    }

    #[cfg(test)]
    pub(super) fn push_entry(&mut self, partition: i32, offset: i64, entry: Entry, at: DateTime<Utc>) {
        let content = Content::Entry(entry, at);
        self.rows.push(Row { partition, offset: Offset(offset), payload: vec![], content });
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The same rows, each a batch of its own.
    pub(super) fn singly(self) -> impl Iterator<Item = Self> {
        let share = self.share;
        self.rows.into_iter().map(move |row| Self { share, rows: vec![row] })
    }

    /// None of these rows can be stored.
    pub(super) fn condemn(&mut self, reason: &str) {
        for row in &mut self.rows {
            row.content = Content::Dead(reason.to_owned());
        }
    }

    /// Those that may be stored, with when they were accepted and their places in the log.
    pub(super) fn entries(&self, log: &Log) -> (Vec<Entry>, Vec<(DateTime<Utc>, Offset)>) {
        let entry = |row: &Row| match &row.content {
            Content::Entry(entry, at) => Some((entry.clone(), (*at, row.place(log)))),
            Content::Dead(_) => None,
        };
        self.rows.iter().filter_map(entry).unzip()
    }

    /// From where to where, for each partition.
    pub(super) fn spans(&self) -> BTreeMap<i32, Span> {
        let mut spans: BTreeMap<i32, Span> = BTreeMap::new();
        for row in &self.rows {
            let span = spans.entry(row.partition).or_insert(Span { first: row.offset, next: row.offset });
            span.next = row.offset.next();
        }
        spans
    }

    /// How long its oldest entry waited since it was accepted.
    pub(super) fn age(&self) -> Duration {
        let at = |row: &Row| match &row.content {
            Content::Entry(_, at) => Some(*at),
            Content::Dead(_) => None,
        };
        let oldest = self.rows.iter().filter_map(at).min().unwrap_or_else(Utc::now);
        (Utc::now() - oldest).to_std().unwrap_or_default()
    }
}
