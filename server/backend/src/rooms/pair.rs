//! Two people, and the private chat they may have.

use diesel::{prelude::*, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{RoomId, UserId};

use crate::{database::schema::private_rooms, failure::Outcome};

/// Two people, whichever of them is named first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(super) low: UserId,
    pub(super) high: UserId,
}

impl Pair {
    /// `None` of somebody with themselves.
    pub(crate) fn of(one: UserId, other: UserId) -> Option<Self> {
        (one != other).then(|| Self { low: one.min(other), high: one.max(other) })
    }

    /// Until the end of the transaction nobody else opens the chat of these two, blocks or unblocks: what
    /// is read of them stays so. Taken before the room's lock.
    pub(crate) async fn lock(self, db: &mut AsyncPgConnection) -> QueryResult<()> {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('pair.' || $1 || $2, 0))")
            .bind::<Text, _>(self.low.to_string())
            .bind::<Text, _>(self.high.to_string())
            .execute(db)
            .await?;
        Ok(())
    }

    /// Their chat, if it was ever opened.
    pub(crate) async fn room(self, db: &mut AsyncPgConnection) -> Outcome<Option<RoomId>> {
        let room = private_rooms::table.find((self.low, self.high)).select(private_rooms::room_id);
        Ok(room.first(db).await.optional()?)
    }
}
