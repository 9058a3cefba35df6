//! Deleting a message.

use model::{MessageId, Result, RoomId};

use super::{
    change::{ChangedMessage, Target},
    edit::require_own,
};
use crate::{Backend, SignedIn};

impl Backend {
    /// Deletes one's own message for everybody: its place stays, its text and its reactions are nowhere any
    /// more, and nothing brings them back. Deleting twice is deleting once.
    ///
    /// # Errors
    /// `forbidden` for somebody else's; `not_found` to non-members; `rate_limited`, `unavailable`.
    pub async fn delete(&self, who: &SignedIn, room: RoomId, message: MessageId) -> Result<ChangedMessage> {
        let user = who.user();
        self.change(who, Target { room, message, change: None }, move |message| {
            require_own(message, user)?;
            Ok(message.delete())
        })
        .await
    }
}
