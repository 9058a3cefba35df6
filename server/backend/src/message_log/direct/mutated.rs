//! The writing of a batch with the faults of [`crate::mutants`].

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use diesel::sql_types::{Text, Uuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{Accepted, MessageId};

use super::{
    Entry,
    batch::{self, Source},
    notice,
};
use crate::{bus::Bus, failure::Outcome, mutants};

/// How long a change is shown before it is durable: wide enough for a kill to hit now and then.
const EARLY: Duration = Duration::from_millis(25);

pub(super) async fn write(
    db: &mut AsyncPgConnection,
    entries: &[Entry],
    source: Source<'_>,
) -> Outcome<batch::Written> {
    // The log writes as in the release: one statement, without a transaction around it.
    if mutants::none() {
        return batch::write(db, entries, source).await;
    }
    db.transaction(async |db| {
        let written = batch::write(db, entries, source).await?;
        for ((entry, answer), changed) in entries.iter().zip(&written.answers).zip(&written.changed) {
            if *changed && answer.is_ok() && mutants::is("bring-back") {
                let back = "UPDATE messages SET body = $2, deleted = false WHERE id = $1";
                let back = diesel::sql_query(back).bind::<Uuid, _>(entry.id);
                back.bind::<Text, _>(entry.body.as_str()).execute(db).await?;
            }
        }
        let fresh = fresh(entries, &written);
        if let Some((entry, accepted)) = fresh.last() {
            before_commit(&fresh).await;
            if mutants::strikes("skip-number", 100) {
                let skip = "UPDATE rooms SET last_seq = last_seq + 1, rev = rev + 1 WHERE id = $1";
                diesel::sql_query(skip).bind::<Uuid, _>(accepted.room).execute(db).await?;
            }
            if mutants::strikes("lose-accepted", 100) {
                let lose = "DELETE FROM messages WHERE id = $1";
                diesel::sql_query(lose).bind::<Uuid, _>(entry.id).execute(db).await?;
            }
        }
        Ok(written)
    })
    .await
}

fn fresh<'a>(entries: &'a [Entry], written: &batch::Written) -> Vec<(&'a Entry, Accepted)> {
    let all = entries.iter().zip(&written.answers).zip(&written.fresh);
    all.filter(|(_, fresh)| **fresh).filter_map(|((entry, answer), _)| Some((entry, answer.ok()?))).collect()
}

static BUS: OnceLock<Bus> = OnceLock::new();

/// Where `fan-out-before-commit` publishes.
pub(super) fn publish_on(bus: &Bus) {
    let _ = BUS.set(bus.clone());
}

/// `fan-out-before-commit`: everybody is shown what is not durable yet.
async fn before_commit(fresh: &[(&Entry, Accepted)]) {
    let (true, Some(bus)) = (mutants::is("fan-out-before-commit"), BUS.get()) else { return };
    for (entry, accepted) in fresh {
        bus.publish(&notice(entry, accepted));
    }
    tokio::time::sleep(EARLY).await;
}

/// `forget-duplicate`: a retry is a new message. Under a new id, since the database would refuse the
/// old one.
pub(super) fn forget_ids(mut entries: Vec<Entry>) -> Vec<Entry> {
    static SEEN: LazyLock<Mutex<HashSet<MessageId>>> = LazyLock::new(Mutex::default);
    if mutants::is("forget-duplicate") {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in &mut entries {
            if !seen.insert(entry.id) {
                entry.id = MessageId::new();
            }
        }
    }
    entries
}
