//! A room that nobody else can change meanwhile.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Mark, Members, Rev, RoomId, RoomKind};

use super::{Moment, heads::heads, people::kind};
use crate::{database::schema::rooms, failure::Outcome};

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

/// A room whose row is locked until the transaction ends: its numbers, and with them who is a member.
pub(crate) struct Locked<'a> {
    pub(crate) db: &'a mut AsyncPgConnection,
    pub(crate) id: RoomId,
    pub(super) kind: RoomKind,
    pub(super) rev: Rev,
    unseen: i64,
}

/// What a change made of a room's members.
pub(crate) struct Moved {
    pub(super) rev: Rev,
    pub(super) members: Members,
    pub(super) marks: Vec<Mark>,
}

impl<'a> Locked<'a> {
    /// `None` if there is no such room.
    pub(crate) async fn lock(db: &'a mut AsyncPgConnection, id: RoomId) -> Outcome<Option<Self>> {
        let row = rooms::table.find(id).select((rooms::rev, rooms::unseen, rooms::kind)).for_update();
        let found: Option<(Rev, i64, String)> = row.first(db).await.optional()?;
        Ok(found.map(|(rev, unseen, name)| Self { db, id, kind: kind(&name), rev, unseen }))
    }

    /// The number of the change that is being made.
    pub(crate) fn next(&self) -> Rev {
        self.rev.next()
    }

    /// As of now, what is read of its memberships is true.
    pub(super) fn moment(&self) -> Moment {
        Moment::of(self.rev, self.unseen)
    }

    /// The change is made: it takes its number.
    pub(crate) async fn raise(&mut self) -> QueryResult<Rev> {
        self.rev = self.next();
        diesel::update(rooms::table.find(self.id)).set(rooms::rev.eq(self.rev)).execute(self.db).await?;
        Ok(self.rev)
    }

    /// Counts a coming or going.
    pub(super) async fn count(&mut self, manner: Manner) -> QueryResult<()> {
        if manner == Manner::Told {
            return self.raise().await.map(drop);
        }
        self.unseen += 1;
        let unseen = rooms::unseen.eq(self.unseen);
        diesel::update(rooms::table.find(self.id)).set(unseen).execute(self.db).await.map(drop)
    }

    /// A change of its members is made.
    pub(super) async fn change(mut self) -> Outcome<Moved> {
        let rev = self.raise().await?;
        self.moved(rev).await
    }

    /// What an earlier change, told again, made of the members.
    pub(super) async fn moved(&mut self, rev: Rev) -> Outcome<Moved> {
        let head = heads(self.db, &[self.id]).await?.pop().ok_or(diesel::result::Error::NotFound)?;
        Ok(Moved { rev, members: head.members, marks: head.marks })
    }
}
