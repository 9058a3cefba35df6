//! Reacting to a message.

use model::{Emoji, Error, Message, MessageId, Result, RoomId, limits::REACTIONS};

use crate::{Backend, SignedIn};

impl Backend {
    /// Puts one's reaction on a message, in the place of the one before; `None` takes it back.
    ///
    /// # Errors
    /// `invalid` if it is no emoji, or the message has as many reactions as it can hold; `not_found` to
    /// non-members, and once the message is deleted; `rate_limited`, `unavailable`.
    pub async fn react(
        &self,
        who: &SignedIn,
        room: RoomId,
        id: MessageId,
        emoji: Option<Emoji>,
    ) -> Result<Message> {
        if emoji.as_ref().is_some_and(|emoji| emojis::get(emoji.as_str()).is_none()) {
            return Err(Error::invalid("emoji", "A reaction is one emoji."));
        }
        let user = who.user();
        self.change(who, room, id, move |message| {
            let full = message.reactions.len() >= REACTIONS && message.reaction_of(user).is_none();
            if full && emoji.is_some() {
                return Err(Error::invalid("emoji", "This message has as many reactions as it can hold."));
            }
            message.react(user, emoji)
        })
        .await
    }
}
