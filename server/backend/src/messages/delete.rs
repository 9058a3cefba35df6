//! Deleting a message.

use model::{Message, MessageId, Result, RoomId};

use super::edit::require_own;
use crate::{Backend, SignedIn};

impl Backend {
    /// Deletes one's own message for everybody: its place stays, its text and its reactions are nowhere any
    /// more, and nothing brings them back. Deleting twice is deleting once.
    ///
    /// # Errors
    /// `forbidden` for somebody else's; `not_found` to non-members; `rate_limited`, `unavailable`.
    pub async fn delete(&self, who: &SignedIn, room: RoomId, id: MessageId) -> Result<Message> {
        let user = who.user();
        self.change(who, room, id, move |message| {
            require_own(message, user)?;
            Ok(message.delete())
        })
        .await
    }
}
