//! The changes of messages that were applied, by the ids that their clients gave them.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{ChangeId, Code, Error, MessageId, Rev, UserId};

use crate::{database::schema::applied_changes, failure::Outcome};

/// A change that was applied.
#[derive(Clone, Copy)]
pub(super) struct Applied {
    pub(super) message: MessageId,
    /// The number of the change in its room.
    pub(super) rev: Rev,
}

/// The change that was applied for this user under this id. Hold the lock of the room: another node may be applying the
/// same change.
pub(super) async fn applied(
    db: &mut AsyncPgConnection,
    user: UserId,
    change: ChangeId,
) -> Outcome<Option<Applied>> {
    #[cfg(feature = "mutants")]
    if super::mutated::forgets_changes() {
        return Ok(None);
    }
    let row = applied_changes::table.find((user, change));
    let found = row.select((applied_changes::message_id, applied_changes::rev)).first(db).await.optional()?;
    Ok(found.map(|(message, rev)| Applied { message, rev }))
}

/// Stores the id of a change in the transaction that applies it.
///
/// # Errors
/// `id_conflict` if a change of another room took the id meanwhile.
pub(super) async fn remember(
    db: &mut AsyncPgConnection,
    user: UserId,
    change: ChangeId,
    Applied { message, rev }: Applied,
    at: chrono::DateTime<chrono::Utc>,
) -> Outcome<()> {
    let row = (
        applied_changes::user_id.eq(user),
        applied_changes::id.eq(change),
        applied_changes::message_id.eq(message),
        applied_changes::rev.eq(rev),
        applied_changes::at.eq(at),
    );
    let insert = diesel::insert_into(applied_changes::table).values(row);
    #[cfg(feature = "mutants")]
    if super::mutated::forgets_changes() {
        return Ok(());
    }
    match insert.on_conflict_do_nothing().execute(db).await? {
        0 => Err(id_conflict().into()),
        _ => Ok(()),
    }
}

/// The id of a change is that of another one.
pub(super) fn id_conflict() -> Error {
    Error::new(Code::IdConflict, "Another change was made under this id.")
}
