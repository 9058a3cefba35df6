//! Changing the text of a message.

use model::{Body, ChangeId, Error, Message, MessageId, Result, RoomId, UserId};

use super::change::{ChangedMessage, Target};
use crate::{Backend, SignedIn, clock::timestamp};

impl Backend {
    /// Gives one's own message another text; everybody sees that it was edited. The same text again changes
    /// nothing, nor does the same `change` again, whatever the message says by then.
    ///
    /// # Errors
    /// `forbidden` for somebody else's; `not_found` to non-members, and once it is deleted;
    /// `id_conflict`, `rate_limited`, `unavailable`.
    pub async fn edit(
        &self,
        who: &SignedIn,
        room: RoomId,
        message: MessageId,
        body: Body,
        change: Option<ChangeId>,
    ) -> Result<ChangedMessage> {
        let (user, now) = (who.user(), timestamp(self.clock.now()));
        self.change(who, Target { room, message, change }, move |message| {
            require_own(message, user)?;
            message.edit(body, now)
        })
        .await
    }
}

/// # Errors
/// `forbidden` for somebody else's message.
pub(super) fn require_own(message: &Message, user: UserId) -> Result<()> {
    match message.sender == user {
        true => Ok(()),
        false => Err(Error::forbidden("Only who wrote a message can change it.")),
    }
}
