//! One transaction: a batch's entries, and how far its partitions have been stored.

use anyhow::anyhow;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use model::{Accepted, RoomId};

use super::{
    super::{DeadLetter, DeadLetters},
    Trouble,
    batch::{Batch, Content, Row},
    offsets::Offsets,
};
use crate::{
    database::Pool,
    failure::Failure,
    message_log::{
        Refusal,
        batch::{self, Source},
    },
};

/// What became of a batch, row by row.
pub(super) struct Stored(Vec<Outcome>);

#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// It has its number from now on …
    Fresh(Accepted),
    /// … or had it before, as another copy of the same entry.
    Known(Accepted),
    /// Another entry stands under its id.
    Conflict,
    Dead,
}

impl Stored {
    pub(super) fn outcomes(&self) -> &[Outcome] {
        &self.0
    }

    pub(super) fn fresh_count(&self) -> u64 {
        self.0.iter().filter(|outcome| matches!(outcome, Outcome::Fresh(_))).count() as u64
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match batch::is_data_error(&failure) {
            true => Self::Data(failure),
            false => Self::Passing(failure.into()),
        }
    }
}

impl From<diesel::result::Error> for Trouble {
    fn from(error: diesel::result::Error) -> Self {
        Failure::from(error).into()
    }
}

/// Stores a batch, all or nothing. What can never be stored is kept among the dead letters first, so
/// that no crash loses it.
pub(super) async fn write(
    db: &Pool,
    offsets: &Offsets,
    dead: &DeadLetters,
    batch: &Batch,
) -> Result<Stored, Trouble> {
    #[cfg(feature = "mutants")]
    crate::mutants::die_at("store-after-read");
    let mut db = db.get().await.map_err(Failure::from)?;
    let stored = db.transaction(async |db| store(db, offsets, dead, batch).await).await?;
    #[cfg(feature = "mutants")]
    crate::mutants::die_at("store-after-commit");
    Ok(stored)
}

async fn store(
    db: &mut AsyncPgConnection,
    offsets: &Offsets,
    dead: &DeadLetters,
    batch: &Batch,
) -> Result<Stored, Trouble> {
    let (entries, places) = batch.entries();
    let mut rooms: Vec<RoomId> = entries.iter().map(|entry| entry.room).collect();
    rooms.sort_unstable();
    rooms.dedup();
    let spans = batch.spans();
    if offsets.advance(db, &spans, &rooms).await? < spans.len() {
        return Err(Trouble::Fenced);
    }
    let written = match entries.is_empty() {
        true => Vec::new(),
        false => {
            let written = batch::write(db, &entries, Source::Log(&places)).await?;
            written.answers.into_iter().zip(written.fresh).collect()
        }
    };
    #[cfg(feature = "mutants")]
    crate::mutants::die_at("store-after-insert");
    let mut written = written.into_iter();
    let mut outcomes = Vec::with_capacity(batch.len());
    for row in batch.rows() {
        outcomes.push(outcome(row, &mut written, dead).await?);
    }
    Ok(Stored(outcomes))
}

async fn outcome(
    row: &Row,
    written: &mut impl Iterator<Item = (Result<Accepted, Refusal>, bool)>,
    dead: &DeadLetters,
) -> Result<Outcome, Trouble> {
    let reason = match &row.content {
        Content::Dead(reason) => reason.clone(),
        Content::Entry(..) => match written.next() {
            Some((Ok(accepted), true)) => return Ok(Outcome::Fresh(accepted)),
            Some((Ok(accepted), false)) => return Ok(Outcome::Known(accepted)),
            Some((Err(Refusal::IdConflict), _)) => return Ok(Outcome::Conflict),
            Some((Err(Refusal::NotMember), _)) => "there is no such room".to_owned(),
            other => return Err(Trouble::Passing(anyhow!("an entry without an outcome: {other:?}"))),
        },
    };
    let place = format!("{}-{}", row.partition, row.log);
    let letter = DeadLetter { place, reason, payload: row.payload.clone() };
    dead.bury(&letter).await.map_err(|error| Trouble::Passing(error.context("keeping a dead letter")))?;
    Ok(Outcome::Dead)
}
