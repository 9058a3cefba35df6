//! The room that the details are about.

use leptos::prelude::*;
use model::{Room, RoomId};

use crate::live::Live;

/// The room that the details show: as it is now, or as it was last before the user left it.
#[derive(Clone, Copy)]
pub struct Known {
    pub live: Live,
    pub room: RoomId,
}

impl Known {
    /// Something of the room, which changes with it. None before the room is here.
    pub fn memo<T>(self, read: impl Fn(&Room) -> T + Send + Sync + 'static) -> Memo<Option<T>>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |known: Option<&Option<T>>| {
            let now = self.live.chat.with(|chat| chat.conversation(self.room).map(|known| read(&known.room)));
            now.or_else(|| known.cloned().flatten())
        })
    }
}
