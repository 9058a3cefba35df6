//! Changing the text of a message.

use model::{Body, Error, Message, MessageId, Result, RoomId, UserId};

use crate::{Backend, SignedIn, clock::timestamp};

impl Backend {
    /// Gives one's own message another text; everybody sees that it was edited. The same text again changes
    /// nothing.
    ///
    /// # Errors
    /// `forbidden` for somebody else's; `not_found` to non-members, and once it is deleted;
    /// `rate_limited`, `unavailable`.
    pub async fn edit(&self, who: &SignedIn, room: RoomId, id: MessageId, body: Body) -> Result<Message> {
        let (user, now) = (who.user(), timestamp(self.clock.now()));
        self.change(who, room, id, move |message| {
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
