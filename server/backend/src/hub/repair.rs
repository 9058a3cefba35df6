//! Making good what the bus did not bring: after a cut, and for rooms that were listened to late.
//!
//! Each room's listeners are told where it stands, in a frame that is encoded once; who misses
//! something sees the hole and fetches it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use model::{
    RoomId, SessionId, UserId,
    wire::{CloseCode, ServerFrame},
};
use tokio::sync::Notify;

use super::{Hub, Listener};
use crate::{
    Backend,
    bus::Notice,
    failure::Outcome,
    membership::Membership,
    rooms::{self, Which},
};

/// A cut is told by several who noticed it: they are dealt with together.
const GATHER: Duration = Duration::from_millis(200);
/// Between two tries while the database is away.
const AGAIN: Duration = Duration::from_secs(1);
/// Rooms, or people, asked for at a time.
const AT_ONCE: usize = 500;

/// What may have been missed.
#[derive(Default)]
pub(super) struct Doubts {
    open: Mutex<Open>,
    wake: Notify,
}

#[derive(Default)]
struct Open {
    everything: bool,
    rooms: HashSet<RoomId>,
    /// Whose memberships are not what this node took them for.
    people: HashSet<UserId>,
    /// Rooms of which no node may have been told what became of them.
    untold: HashSet<RoomId>,
}

impl Doubts {
    pub(super) fn everything(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).everything = true;
        self.wake.notify_one();
    }

    pub(super) fn room(&self, room: RoomId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).rooms.insert(room);
        self.wake.notify_one();
    }

    pub(super) fn person(&self, user: UserId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).people.insert(user);
        self.wake.notify_one();
    }

    fn untold(&self, room: RoomId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).untold.insert(room);
        self.wake.notify_one();
    }

    /// What could not be looked up yet, beside what has come up since.
    fn put_back(&self, later: Open) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.everything |= later.everything;
        open.rooms.extend(later.rooms);
        open.people.extend(later.people);
        open.untold.extend(later.untold);
        self.wake.notify_one();
    }

    fn take(&self) -> Open {
        std::mem::take(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Backend {
    /// Repairs whatever is in doubt, for ever.
    pub async fn run_repair(self) {
        let doubts = &self.hub.0.doubts;
        loop {
            doubts.wake.notified().await;
            tokio::time::sleep(GATHER).await;
            let open = doubts.take();
            if let Err(error) = self.repair(&open).await {
                tracing::warn!(%error, "what the bus did not bring cannot be looked up yet");
                doubts.put_back(open);
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// A change of this room may stand though it was answered that it cannot be made now: every node tells
    /// the room where it stands, as soon as that can be read.
    pub(crate) fn tell_when_known(&self, room: RoomId) {
        self.hub.0.doubts.untold(room);
    }

    async fn repair(&self, open: &Open) -> Outcome<()> {
        match open.everything {
            true => self.repair_everything().await?,
            false => self.repair_some(&open.rooms, &open.people).await?,
        }
        self.tell_everywhere(&list(&open.untold)).await
    }

    async fn repair_everything(&self) -> Outcome<()> {
        metrics::counter!("rapport_repairs_total").increment(1);
        self.resync_sessions().await?;
        self.mend_memberships(&self.hub.users()).await?;
        self.bus.watching().await;
        self.tell_heads(&self.hub.rooms()).await
    }

    async fn repair_some(&self, rooms: &HashSet<RoomId>, people: &HashSet<UserId>) -> Outcome<()> {
        self.mend_memberships(&list(people)).await?;
        self.tell_heads(&list(rooms)).await
    }

    /// Rooms that one of these people left, or was let into, without this node hearing of it.
    async fn mend_memberships(&self, users: &[UserId]) -> Outcome<()> {
        for users in users.chunks(AT_ONCE) {
            let followed = self.hub.followed(users);
            let members = self.memberships_of(users).await?;
            let pairs = members.iter().map(|member| (member.user, member.room)).collect();
            let gone = self.hub.expel_strangers(followed, &pairs);
            // Who came back while this was read was expelled all the same: what stands now is read again.
            let members = if gone { self.memberships_of(users).await? } else { members };
            for Membership { user, room, version } in members {
                let strangers = self.hub.strangers(user, room);
                if strangers.is_empty() {
                    continue;
                }
                let Some(described) = self.rooms_of(user, Which::One(room)).await?.pop() else { continue };
                let frame = Bytes::from(ServerFrame::Room { room: described }.encode());
                for listener in strangers {
                    self.hub.admit(&listener, room, version, &frame);
                }
            }
        }
        Ok(())
    }

    /// Tells the listeners of these rooms where each stands.
    async fn tell_heads(&self, rooms: &[RoomId]) -> Outcome<()> {
        self.bus.watching().await;
        for rooms in rooms.chunks(AT_ONCE) {
            let mut db = self.db.get().await?;
            for head in rooms::heads(&mut db, rooms).await? {
                self.hub.deliver_to_room(head.room, Some(head.rev), &head.frame());
            }
        }
        Ok(())
    }

    /// The same to those of all nodes.
    async fn tell_everywhere(&self, rooms: &[RoomId]) -> Outcome<()> {
        for rooms in rooms.chunks(AT_ONCE) {
            let mut db = self.db.get().await?;
            for head in rooms::heads(&mut db, rooms).await? {
                self.bus.publish(&Notice::Room { room: head.room, rev: Some(head.rev), frame: head.frame() });
            }
        }
        Ok(())
    }
}

fn list<T: Copy>(set: &HashSet<T>) -> Vec<T> {
    set.iter().copied().collect()
}

impl Hub {
    fn rooms(&self) -> Vec<RoomId> {
        self.0.rooms.iter().map(|room| *room.key()).collect()
    }

    fn users(&self) -> Vec<UserId> {
        self.0.users.iter().map(|user| *user.key()).collect()
    }

    /// What the sockets of these people listen to.
    fn followed(&self, users: &[UserId]) -> Vec<(Arc<Listener>, Vec<RoomId>)> {
        let listeners = users.iter().flat_map(|user| self.listeners(*user));
        listeners.map(|listener| (listener.clone(), listener.rooms())).collect()
    }

    /// Takes rooms away from those who are no members; says whether there were any. `followed` was read
    /// before `members`: who joined in between is not taken for a stranger.
    fn expel_strangers(
        &self,
        followed: Vec<(Arc<Listener>, Vec<RoomId>)>,
        members: &HashSet<(UserId, RoomId)>,
    ) -> bool {
        let mut any = false;
        for (listener, rooms) in followed {
            for room in rooms.into_iter().filter(|room| !members.contains(&(listener.user(), *room))) {
                let _one = listener.one_after_the_other();
                self.expel(&listener, room, &Bytes::from(ServerFrame::Left { room }.encode()));
                any = true;
            }
        }
        any
    }

    /// A person's sockets that do not listen to a room.
    fn strangers(&self, user: UserId, room: RoomId) -> Vec<Arc<Listener>> {
        let mut listeners = self.listeners(user);
        listeners.retain(|listener| !listener.rooms().contains(&room));
        listeners
    }

    /// The sessions that have a socket here.
    pub(crate) fn sessions(&self) -> Vec<SessionId> {
        let listeners = self.0.users.iter().flat_map(|user| user.clone());
        listeners.map(|listener| listener.session()).collect::<HashSet<_>>().into_iter().collect()
    }

    /// Closes the sockets of ended sessions.
    pub(crate) fn close_ended(&self) {
        for listeners in &self.0.users {
            for listener in listeners.iter().filter(|one| self.0.ended.contains(one.session())) {
                listener.close(CloseCode::SignedOut);
            }
        }
    }
}
