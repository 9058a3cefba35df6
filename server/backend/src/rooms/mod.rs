//! Rooms.

use model::{Result, Room, RoomId, UserId};

use crate::{Backend, SignedIn};

impl Backend {
    /// The rooms of a person, the most recently active first.
    pub async fn rooms(&self, who: &SignedIn) -> Result<Vec<Room>> {
        let _ = who;
        todo!()
    }

    pub async fn room(&self, who: &SignedIn, room: RoomId) -> Result<Room> {
        let _ = (who, room);
        todo!()
    }

    /// The private chat with a person, made on first use.
    pub async fn open_private(&self, who: &SignedIn, with: UserId) -> Result<Room> {
        let _ = (who, with);
        todo!()
    }
}
