//! Publishes what becomes of memberships.

use bytes::Bytes;
use model::{
    Mark, Result, Room, RoomId, UserId,
    wire::{Change, Item, ServerFrame},
};

use super::{Ended, Membership};
use crate::{Backend, bus::Notice, failure::Outcome, rooms::MembersChange};

impl Backend {
    /// Publishes to a room who is in it.
    pub(crate) fn publish_members(&self, room: RoomId, MembersChange { rev, members, .. }: MembersChange) {
        let change = Change { room, rev, item: Item::Members(members) };
        let frame = Bytes::from(ServerFrame::Change(change).encode());
        self.bus.publish(&Notice::Room { room, rev: Some(rev), frame });
    }

    /// Publishes to a room how far a member has come.
    pub(crate) fn publish_mark(&self, room: RoomId, mark: Mark) {
        let frame = Bytes::from(ServerFrame::Mark { room, mark }.encode());
        self.bus.publish(&Notice::Room { room, rev: None, frame });
    }

    /// Publishes a room to those of its members, of whom not all of `room.people` need be, whom `to` names.
    pub(crate) async fn publish_room(&self, room: &Room, to: impl Fn(UserId) -> bool) -> Outcome<()> {
        let frame = Bytes::from(ServerFrame::Room { room: room.clone() }.encode());
        let members = self.memberships_in(room.id).await?;
        for Membership { user, room, version } in members.into_iter().filter(|member| to(member.user)) {
            self.bus.publish(&Notice::Joined { user, room, version, frame: frame.clone() });
        }
        Ok(())
    }

    /// Publishes to the user's own sockets first: what is published to the room then does not reach them. Forgets the
    /// membership once more, as the promise of [`crate::cache::Cache`] asks.
    ///
    /// # Errors
    /// The membership could not be forgotten.
    pub(crate) async fn publish_end(
        &self,
        Ended { room, user, version, was_in, change }: Ended,
    ) -> Result<()> {
        if was_in {
            let frame = Bytes::from(ServerFrame::Left { room }.encode());
            self.bus.publish(&Notice::Left { user, room, version, frame });
        }
        if let Some(change) = change {
            self.publish_members(room, change);
        }
        self.members.forget(room, user).await?;
        // The notices have left this process before anybody is answered.
        self.bus.flush().await;
        Ok(())
    }
}
