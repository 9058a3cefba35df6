//! A device as a browser is one, and what it noted.

use std::sync::{Arc, Mutex, PoisonError};

use bench::{
    client::{Device, Handle, Http, Watch},
    random::Random,
    world::Person,
};
use futures::future::join_all;
use model::{Body, Chat, MessageId, RoomId, Timestamp, UserId, outbox::Pending, wire::ServerFrame};

use super::{World, until};

pub(crate) struct Dev {
    pub(crate) handle: Handle,
    notes: Notes,
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Noted>>);

/// What happened to a device.
#[derive(Clone, Default)]
pub(crate) struct Noted {
    /// Connections that were opened.
    pub(crate) connections: usize,
    /// Own messages that are known to be durable.
    pub(crate) durable: Vec<MessageId>,
    /// Messages that were shown without a number.
    pub(crate) live: Vec<MessageId>,
    /// Own messages that turned out not to stand.
    pub(crate) rejected: Vec<(MessageId, String)>,
    pub(crate) astonished: Vec<String>,
    /// Rooms that are left.
    pub(crate) left: Vec<RoomId>,
    /// What came of them all the same; not the answers to what was asked or written there.
    pub(crate) after_left: Vec<String>,
}

impl Noted {
    fn leave_or_not(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Left { room } => self.left.push(*room),
            ServerFrame::Room { room } => self.left.retain(|left| *left != room.id),
            ServerFrame::Accepted(_)
            | ServerFrame::Logged(_)
            | ServerFrame::Rejected { .. }
            | ServerFrame::Error { .. } => {}
            _ => {
                let text = frame.encode();
                if self.left.iter().any(|room| text.contains(&room.to_string())) {
                    self.after_left.push(text);
                }
            }
        }
    }
}

impl Watch for Notes {
    fn heard(&mut self, frame: &ServerFrame) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.leave_or_not(frame);
        match frame {
            ServerFrame::Welcome { .. } => noted.connections += 1,
            ServerFrame::Logged(logged) => noted.durable.push(logged.id),
            ServerFrame::Accepted(accepted) => noted.durable.push(accepted.id),
            ServerFrame::Live { message, .. } => noted.live.push(message.id),
            ServerFrame::Rejected { id, error, log: Some(_), .. } => {
                noted.rejected.push((*id, error.message.clone()));
            }
            _ => {}
        }
    }

    fn astonished(&mut self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).astonished.push(what);
    }
}

/// The nodes of the cluster.
pub(crate) const NODES: [&str; 2] = ["web-1", "web-2"];

/// So many devices of a person, by turns at either node.
pub(crate) async fn devices(world: &World, person: &Person, count: usize) -> Vec<Dev> {
    let node = |place: usize| world.at(&person.http, NODES[place % 2]);
    join_all((0..count).map(|place| Dev::start(person.user, node(place)))).await
}

impl Dev {
    /// Connects, and is caught up.
    pub(crate) async fn start(user: UserId, http: Http) -> Self {
        let notes = Notes::default();
        let handle = Device::start(user, http, notes.clone(), Random::new(rand::random()));
        let device = Self { handle, notes };
        device.until_here().await;
        device
    }

    pub(crate) async fn until_here(&self) {
        until("it is caught up", async || self.handle.status().caught_up.then_some(())).await;
    }

    pub(crate) fn noted(&self) -> Noted {
        self.notes.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Composes a message, as soon as there is room for it.
    pub(crate) async fn say(&self, room: RoomId, text: &str) -> MessageId {
        let pending = Pending::new(room, Body::new(text).unwrap(), Timestamp(0));
        self.compose(pending.clone()).await;
        pending.message()
    }

    pub(crate) async fn compose(&self, pending: Pending) {
        until("it is composed", async || self.handle.compose(pending.clone()).then_some(())).await;
    }

    /// Waits until a message is known to be durable.
    pub(crate) async fn until_durable(&self, id: MessageId) {
        until("it is durable", async || self.noted().durable.contains(&id).then_some(())).await;
    }

    /// Waits until everything composed has its number.
    pub(crate) async fn until_numbered(&self) {
        until("it has its number", async || (self.handle.status().unsent == 0).then_some(())).await;
    }

    pub(crate) async fn chat(&self) -> Chat {
        self.handle.show().await.expect("it lives")
    }

    /// What it shows: number, id, text; and how many are shown without a number.
    pub(crate) async fn shown(&self, room: RoomId) -> (Vec<(i64, String, String)>, usize) {
        let chat = self.chat().await;
        let Some(conversation) = chat.conversation(room) else { return (Vec::new(), 0) };
        let messages = conversation.timeline.messages();
        let shown = messages.iter().map(|one| (one.seq.0, one.id.to_string(), one.body.clone())).collect();
        (shown, conversation.timeline.unnumbered().len())
    }
}
