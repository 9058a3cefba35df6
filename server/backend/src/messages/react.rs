//! Reacting to a message.

use model::{ChangeId, Emoji, Error, MessageId, Result, RoomId, limits::REACTIONS};

use super::change::{ChangedMessage, Target};
use crate::{Backend, SignedIn};

impl Backend {
    /// Puts one's reaction on a message, in the place of the one before; `None` takes it back. The same `change` again
    /// changes nothing, whatever one's reaction is by then.
    ///
    /// # Errors
    /// `invalid` if it is no emoji, or the message has as many reactions as it can hold; `not_found` to
    /// non-members, and once the message is deleted; `id_conflict`, `rate_limited`, `unavailable`.
    pub async fn react(
        &self,
        who: &SignedIn,
        room: RoomId,
        message: MessageId,
        emoji: Option<Emoji>,
        change: Option<ChangeId>,
    ) -> Result<ChangedMessage> {
        if emoji.as_ref().is_some_and(|emoji| emojis::get(emoji.as_str()).is_none()) {
            return Err(Error::invalid("emoji", "A reaction is one emoji."));
        }
        let user = who.user();
        self.change(who, Target { room, message, change }, move |message| {
            let full = message.reactions.len() >= REACTIONS && message.reaction_of(user).is_none();
            if full && emoji.is_some() {
                return Err(Error::invalid("emoji", "This message has as many reactions as it can hold."));
            }
            message.react(user, emoji)
        })
        .await
    }
}
