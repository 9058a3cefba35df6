//! A room that nobody else can change meanwhile.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Mark, Members, Rev, RoomId, RoomKind};

use super::heads::heads;
use crate::{
    database::schema::rooms,
    failure::Outcome,
    membership::{MembershipVersion, Visibility},
};

/// A room whose row is locked until the transaction ends: its numbers and its memberships.
pub(crate) struct LockedRoom<'a> {
    pub(crate) db: &'a mut AsyncPgConnection,
    pub(crate) id: RoomId,
    pub(crate) kind: RoomKind,
    pub(crate) rev: Rev,
    /// Whether nobody has written in it.
    pub(crate) is_empty: bool,
    hidden_changes: i64,
}

/// What a change made of a room's members.
pub(crate) struct MembersChange {
    pub(crate) rev: Rev,
    pub(crate) members: Members,
    pub(super) marks: Vec<Mark>,
}

impl<'a> LockedRoom<'a> {
    /// `None` if there is no such room.
    pub(crate) async fn lock(db: &'a mut AsyncPgConnection, id: RoomId) -> Outcome<Option<Self>> {
        let columns = (rooms::rev, rooms::hidden_changes, rooms::kind, rooms::last_seq.eq(0_i64));
        let row = rooms::table.find(id).select(columns).for_update();
        let found: Option<(Rev, i64, RoomKind, bool)> = row.first(db).await.optional()?;
        Ok(found.map(|(rev, hidden_changes, kind, is_empty)| Self {
            db,
            id,
            kind,
            rev,
            is_empty,
            hidden_changes,
        }))
    }

    /// The number of the change that is being made.
    pub(crate) fn next(&self) -> Rev {
        self.rev.next()
    }

    /// The version of the memberships that are read now.
    pub(crate) fn version(&self) -> MembershipVersion {
        MembershipVersion::new(self.rev, self.hidden_changes)
    }

    /// The change is made: it takes its number.
    pub(crate) async fn raise(&mut self) -> QueryResult<Rev> {
        self.rev = self.next();
        diesel::update(rooms::table.find(self.id)).set(rooms::rev.eq(self.rev)).execute(self.db).await?;
        Ok(self.rev)
    }

    /// Counts a membership that began or ended.
    pub(crate) async fn count_change(&mut self, visibility: Visibility) -> QueryResult<()> {
        if visibility == Visibility::Public {
            return self.raise().await.map(drop);
        }
        self.hidden_changes += 1;
        let hidden_changes = rooms::hidden_changes.eq(self.hidden_changes);
        diesel::update(rooms::table.find(self.id)).set(hidden_changes).execute(self.db).await.map(drop)
    }

    /// A change of its members is made.
    pub(super) async fn change_members(mut self) -> Outcome<MembersChange> {
        let rev = self.raise().await?;
        self.members_change(rev).await
    }

    /// What the change with this number made of the members, as they are now.
    pub(crate) async fn members_change(&mut self, rev: Rev) -> Outcome<MembersChange> {
        let head = heads(self.db, &[self.id]).await?.pop().ok_or(diesel::result::Error::NotFound)?;
        Ok(MembersChange { rev, members: head.members, marks: head.marks })
    }
}
