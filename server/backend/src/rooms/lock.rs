//! A room that nobody else can change meanwhile.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Mark, Members, Rev, RoomId, RoomKind};

use super::{heads::heads, people::kind};
use crate::{database::schema::rooms, failure::Outcome};

/// A room whose row is locked until the transaction ends: its numbers, and with them who is a member.
pub(crate) struct Locked<'a> {
    pub(crate) db: &'a mut AsyncPgConnection,
    pub(crate) id: RoomId,
    pub(super) kind: RoomKind,
    rev: Rev,
}

/// What a change made of a room's members.
pub(super) struct Moved {
    pub(super) rev: Rev,
    pub(super) members: Members,
    pub(super) marks: Vec<Mark>,
}

impl<'a> Locked<'a> {
    /// `None` if there is no such room.
    pub(crate) async fn lock(db: &'a mut AsyncPgConnection, id: RoomId) -> Outcome<Option<Self>> {
        let row = rooms::table.find(id).select((rooms::rev, rooms::kind)).for_update();
        let found: Option<(Rev, String)> = row.first(db).await.optional()?;
        Ok(found.map(|(rev, name)| Self { db, id, kind: kind(&name), rev }))
    }

    /// The number of the change that is being made.
    pub(crate) fn next(&self) -> Rev {
        self.rev.next()
    }

    /// The change is made: it takes its number.
    pub(crate) async fn raise(&mut self) -> QueryResult<Rev> {
        self.rev = self.next();
        diesel::update(rooms::table.find(self.id)).set(rooms::rev.eq(self.rev)).execute(self.db).await?;
        Ok(self.rev)
    }

    /// The same for one of the members.
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
