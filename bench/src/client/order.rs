//! What one may ask of a device that runs, and what it tells.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use model::{Chat, Rev, RoomId, outbox::Pending, wire::ClientFrame};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// Entries of the outbox that may wait to be composed; more are not taken.
pub(super) const WAITING: usize = 16;

pub enum Order {
    /// Say this as it is, past the outbox, if there is a connection.
    Say(Vec<ClientFrame>),
    /// Break the connection off without a word.
    Cut,
    /// Neither read nor write for so long, and keep the connection.
    Freeze(Duration),
    /// Do not read for so long.
    Stall(Duration),
    /// End every freeze, stall and wait: the person is back.
    Wake,
    /// Give the chat as it stands.
    Show(oneshot::Sender<Chat>),
}

/// How far a device has come.
#[derive(Clone, Debug, Default)]
pub struct Status {
    pub caught_up: bool,
    /// What it waits for, for whoever wonders why it does not come.
    pub doing: &'static str,
    /// When something was last heard.
    pub heard_at: Option<Instant>,
    /// Messages and changes of messages composed and not known to be durable.
    pub unsent: usize,
    pub revs: Vec<(RoomId, Rev)>,
}

/// A device from outside.
#[derive(Clone)]
pub struct Handle {
    pub(super) orders: mpsc::UnboundedSender<Order>,
    pub(super) composed: mpsc::Sender<Pending>,
    pub(super) status: Arc<Mutex<Status>>,
    pub(super) asked: Arc<AtomicBool>,
}

impl Handle {
    pub fn order(&self, order: Order) {
        // A device that has ended is found by its status.
        let _ = self.orders.send(order);
    }

    /// Gives a message, or a change of one, to the device's outbox; false if too many wait already.
    pub fn compose(&self, pending: Pending) -> bool {
        self.composed.try_send(pending).is_ok()
    }

    /// How far it had come when it last looked. Counts what waits to be composed as unsent.
    pub fn status(&self) -> Status {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner).clone();
        status.unsent += WAITING - self.composed.capacity();
        status
    }

    /// From now on the device tells its positions too, which costs more.
    pub fn tell_positions(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// The chat as it stands; `None` if the device has ended.
    pub async fn show(&self) -> Option<Chat> {
        let (answer, shown) = oneshot::channel();
        self.order(Order::Show(answer));
        shown.await.ok()
    }
}
