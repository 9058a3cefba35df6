//! Telling who is in a room.

use bytes::Bytes;
use model::{
    Code, Error, Mark, Result, Room, RoomId, UserId,
    wire::{Change, Item, ServerFrame},
};

use super::{Standing, lock::Moved};
use crate::{Backend, bus::Notice, failure::Outcome};

/// Changes of rooms that one process makes at once. Each waits for its room's lock with a connection in hand:
/// however many people change one room, messages, pages and sign-in keep theirs.
pub const DOORS: usize = 5;

impl Backend {
    /// Tells a room who is in it.
    pub(super) fn announce_members(&self, room: RoomId, Moved { rev, members, .. }: Moved) {
        let change = Change { room, rev, item: Item::Members(members) };
        let frame = Bytes::from(ServerFrame::Change(change).encode());
        self.bus.publish(&Notice::Room { room, rev: Some(rev), frame });
    }

    /// Tells how far a member has come.
    pub(super) fn announce_mark(&self, room: RoomId, mark: Mark) {
        let frame = Bytes::from(ServerFrame::Mark { room, mark }.encode());
        self.bus.publish(&Notice::Room { room, rev: None, frame });
    }

    /// Tells the open sockets of its members, of whom not all of `room.people` need be, that the room is
    /// there: those whom `to` names.
    pub(super) async fn announce_room(&self, room: &Room, to: impl Fn(UserId) -> bool) -> Outcome<()> {
        let frame = Bytes::from(ServerFrame::Room { room: room.clone() }.encode());
        let members = self.memberships_in(room.id).await?;
        for Standing { user, room, at } in members.into_iter().filter(|member| to(member.user)) {
            self.bus.publish(&Notice::Joined { user, room, at, frame: frame.clone() });
        }
        Ok(())
    }

    /// Changes a room, to the end. Whoever is told that it cannot be done now may find it done all the same:
    /// then the room is told where it stands.
    pub(crate) async fn change_room<T: Send + 'static>(
        &self,
        room: RoomId,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let doors = self.doors.clone();
        let changed = to_its_end(async move {
            let _open = doors.acquire_owned().await;
            work.await
        })
        .await;
        if changed.as_ref().is_err_and(|error| error.code == Code::Unavailable) {
            self.tell_when_known(room);
        }
        changed
    }
}

/// Does something to its end though nobody waits any more: what stands is told.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(|_| Error::unavailable())?
}
