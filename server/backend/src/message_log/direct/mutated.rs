//! The writing of a batch with the faults of [`crate::mutants`].

use diesel::sql_types::{Text, Uuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::Accepted;

use super::{
    Entry,
    batch::{self, Source},
};
use crate::{failure::Outcome, mutants};

pub(super) async fn write(
    db: &mut AsyncPgConnection,
    entries: &[Entry],
    source: Source<'_>,
) -> Outcome<batch::Written> {
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
            mutants::before_commit(&fresh).await;
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
