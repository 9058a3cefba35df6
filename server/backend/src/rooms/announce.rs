//! Telling who is in a room: its members, those who came, and those who went.

use bytes::Bytes;
use model::{
    Mark, Result, Room, RoomId, UserId,
    wire::{Change, Item, ServerFrame},
};

use super::lock::Moved;
use crate::{Backend, bus::Notice};

impl Backend {
    /// Tells a room who is in it.
    pub(super) fn announce_members(&self, room: RoomId, Moved { rev, members, .. }: Moved) {
        let change = Change { room, rev, item: Item::Members(members) };
        let frame = Bytes::from(ServerFrame::Change(change).encode());
        self.bus.publish(&Notice::Room { room, rev: Some(rev), frame });
    }

    /// Those who left first: what is told to the room then does not reach them.
    pub(super) fn announce_leave(&self, room: RoomId, user: UserId, moved: Moved) {
        let frame = Bytes::from(ServerFrame::Left { room }.encode());
        self.bus.publish(&Notice::Left { user, room, rev: moved.rev, frame });
        self.announce_members(room, moved);
    }

    /// Tells how far a member has come.
    pub(super) fn announce_mark(&self, room: RoomId, mark: Mark) {
        let frame = Bytes::from(ServerFrame::Mark { room, mark }.encode());
        self.bus.publish(&Notice::Room { room, rev: None, frame });
    }

    /// Tells the open sockets of these people that the room is there, as far as they are in it.
    pub(super) fn announce_room(&self, room: &Room, to: impl Iterator<Item = UserId>) {
        let frame = Bytes::from(ServerFrame::Room { room: room.clone() }.encode());
        let is_there = |user: &UserId| room.person(*user).is_some() && !room.gone.contains(user);
        for user in to.filter(is_there) {
            let (id, rev, frame) = (room.id, room.rev, frame.clone());
            self.bus.publish(&Notice::Joined { user, room: id, rev, frame });
        }
    }
}

/// Does something to its end though nobody waits any more: what stands is told.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(|_| model::Error::unavailable())?
}
