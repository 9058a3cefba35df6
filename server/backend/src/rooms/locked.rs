//! A room under its lock, where memberships begin and end.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Rev, RoomId, UserId};

use super::{Moment, anybody::PEOPLE};
use crate::{
    database::schema::{former_members, rooms},
    failure::Outcome,
};

/// Whether the others learn that somebody comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Told,
    /// To the others nothing has changed.
    Silent,
}

impl Manner {
    /// Of somebody who is gone, by what was kept of their going.
    pub(super) fn of(silent: bool) -> Self {
        if silent { Self::Silent } else { Self::Told }
    }

    pub(super) fn is_silent(self) -> bool {
        self == Self::Silent
    }
}

/// What the others in a room are told of a coming or going: its change, and who is gone since.
pub(crate) struct Moved {
    pub(super) rev: Rev,
    pub(super) gone: Vec<UserId>,
}

/// A room under its lock: its numbers, and with them who is a member.
pub(super) struct Locked {
    pub(super) id: RoomId,
    pub(super) rev: Rev,
    unseen: i64,
}

impl Locked {
    pub(super) async fn room(db: &mut AsyncPgConnection, id: RoomId) -> Outcome<Option<Self>> {
        let numbers = rooms::table.find(id).select((rooms::rev, rooms::unseen)).for_update();
        let numbers: Option<(Rev, i64)> = numbers.first(db).await.optional()?;
        Ok(numbers.map(|(rev, unseen)| Self { id, rev, unseen }))
    }

    pub(super) fn moment(&self) -> Moment {
        Moment::of(self.rev, self.unseen)
    }

    /// Counts a coming or going.
    pub(super) async fn count(&mut self, db: &mut AsyncPgConnection, manner: Manner) -> QueryResult<()> {
        match manner {
            Manner::Told => self.rev = self.rev.next(),
            Manner::Silent => self.unseen += 1,
        }
        let numbers = (rooms::rev.eq(self.rev), rooms::unseen.eq(self.unseen));
        diesel::update(rooms::table.find(self.id)).set(numbers).execute(db).await?;
        Ok(())
    }

    /// What the others are told of the change `rev`, whoever went then.
    pub(super) async fn moved(&self, db: &mut AsyncPgConnection, rev: Rev) -> QueryResult<Moved> {
        Ok(Moved { rev, gone: self.gone(db).await? })
    }

    /// Those who have left to the others' knowledge, as many as come with the room.
    async fn gone(&self, db: &mut AsyncPgConnection) -> QueryResult<Vec<UserId>> {
        let left = former_members::table
            .filter(former_members::room_id.eq(self.id).and(former_members::silent.eq(false)));
        let some = left.order((former_members::joined_at, former_members::user_id)).limit(PEOPLE);
        some.select(former_members::user_id).load(db).await
    }
}
