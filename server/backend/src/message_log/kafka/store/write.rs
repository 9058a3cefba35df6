//! One transaction: a batch's entries, and how far its partitions have been stored.

use anyhow::anyhow;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use futures::future::try_join_all;
use model::{Accepted, Message, RoomId};

use super::{
    super::{DeadLetter, DeadLetters, logs::Log},
    Trouble,
    batch::{Batch, Content, Row},
    offsets::Offsets,
};
use crate::{
    database::Pool,
    failure::Failure,
    message_log::{
        Entry, Refusal,
        batch::{self, Source},
    },
    messages,
};

/// What became of a batch, row by row.
pub(super) struct Stored {
    /// Where it was read from.
    pub(super) log: Log,
    pub(super) outcomes: Vec<Outcome>,
}

#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// It has its number from now on …
    Fresh(Accepted),
    /// … or had it before, as another copy of the same entry …
    Known(Accepted),
    /// … and has changed since: as it stands now.
    Changed(Box<Message>),
    /// Another entry stands under its id.
    Conflict,
    /// It can never be stored, for this reason.
    Dead(String),
}

impl Stored {
    pub(super) fn fresh(&self) -> impl Iterator<Item = &Accepted> {
        self.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Fresh(accepted) => Some(accepted),
            _ => None,
        })
    }

    pub(super) fn fresh_count(&self) -> u64 {
        self.fresh().count() as u64
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

/// Stores a batch, all or nothing, and notes its rooms and the `untold` as those that may have to be
/// told again. What can never be stored is kept among the dead letters first, so
/// that no crash loses it.
pub(super) async fn write(
    db: &Pool,
    offsets: &Offsets,
    dead: &DeadLetters,
    batch: &Batch,
    untold: Vec<RoomId>,
) -> Result<Stored, Trouble> {
    #[cfg(feature = "mutants")]
    crate::mutants::die_at("store-after-read");
    let mut db = db.get().await.map_err(Failure::from)?;
    let stored = db.transaction(async |db| store(db, offsets, dead, batch, untold).await).await?;
    #[cfg(feature = "mutants")]
    crate::mutants::die_at("store-after-commit");
    Ok(stored)
}

async fn store(
    db: &mut AsyncPgConnection,
    offsets: &Offsets,
    dead: &DeadLetters,
    batch: &Batch,
    mut rooms: Vec<RoomId>,
) -> Result<Stored, Trouble> {
    let log = offsets.log()?;
    let (entries, places) = batch.entries(&log);
    rooms.extend(entries.iter().map(|entry| entry.room));
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
            written.answers.into_iter().zip(written.fresh.into_iter().zip(written.changed)).collect()
        }
    };
    #[cfg(feature = "mutants")]
    crate::mutants::die_at("store-after-insert");
    let mut written = written.into_iter();
    let mut letters = Vec::new();
    let mut outcomes = Vec::with_capacity(batch.len());
    for row in batch.rows() {
        let outcome = outcome(db, row, &mut written).await?;
        if let Outcome::Dead(reason) = &outcome {
            letters.push(letter(row, reason.clone()));
        }
        outcomes.push(outcome);
    }
    // All at once: the transaction waits for them.
    let kept = try_join_all(letters.iter().map(|letter| dead.bury(letter))).await;
    kept.map_err(|error| Trouble::Passing(error.context("keeping dead letters")))?;
    Ok(Stored { log, outcomes })
}

async fn outcome(
    db: &mut AsyncPgConnection,
    row: &Row,
    written: &mut (impl Iterator<Item = (Result<Accepted, Refusal>, (bool, bool))> + Send),
) -> Result<Outcome, Trouble> {
    let entry = match &row.content {
        Content::Dead(reason) => return Ok(Outcome::Dead(reason.clone())),
        Content::Entry(entry, _) => entry,
    };
    match written.next() {
        Some((Ok(accepted), (true, _))) => Ok(Outcome::Fresh(accepted)),
        Some((Ok(_), (_, true))) => changed(db, entry).await,
        Some((Ok(accepted), _)) => Ok(Outcome::Known(accepted)),
        Some((Err(Refusal::IdConflict), _)) => Ok(Outcome::Conflict),
        Some((Err(Refusal::NotMember), _)) => Ok(Outcome::Dead("there is no such room".to_owned())),
        other => Err(Trouble::Passing(anyhow!("an entry without an outcome: {other:?}"))),
    }
}

/// What the entry says is over, and of a deleted message it may never have been said.
async fn changed(db: &mut AsyncPgConnection, entry: &Entry) -> Result<Outcome, Trouble> {
    match messages::read(db, entry.room, entry.id).await? {
        Some(message) => Ok(Outcome::Changed(Box::new(message))),
        None => Err(Trouble::Passing(anyhow!("a message that stood is gone"))),
    }
}

fn letter(row: &Row, reason: String) -> DeadLetter {
    let place = format!("{}-{}", row.partition, row.offset);
    DeadLetter { place, reason, payload: row.payload.clone() }
}
