//! Messages.

use model::{Accepted, Body, MessageId, Page, Result, RoomId, Seq, rooms::Mark};

use crate::{Backend, SignedIn};

/// Which page of a room's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Newest,
    Before(Seq),
    After(Seq),
    /// Half before, half from here on.
    Around(Seq),
}

impl Backend {
    pub async fn send(&self, who: &SignedIn, room: RoomId, id: MessageId, body: Body) -> Result<Accepted> {
        let _ = (who, room, id, body);
        todo!()
    }

    pub async fn page(&self, who: &SignedIn, room: RoomId, from: From, limit: i64) -> Result<Page> {
        let _ = (who, room, from, limit);
        todo!()
    }

    pub async fn mark(&self, who: &SignedIn, room: RoomId, delivered: Seq, read: Seq) -> Result<Mark> {
        let _ = (who, room, delivered, read);
        todo!()
    }
}
