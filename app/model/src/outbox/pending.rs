//! One entry of the outbox.

use serde::{Deserialize, Serialize};

use super::Lane;
use crate::{
    error::Error,
    id::{ChangeId, MessageId, RoomId, UserId},
    messages::{Body, Emoji, Message, MessageChange, Reaction},
    number::{Offset, Rev, Timestamp},
    wire::ClientFrame,
};

/// A message, or a change of one, that waits for the server's answer. The store keeps it until then, under the same id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Pending {
    /// The id of the change; of a new message its own.
    pub id: ChangeId,
    pub room: RoomId,
    pub content: Content,
    /// By this device's clock; only shown.
    pub at: Timestamp,
    /// Why the server refused it. A person decides whether to retry or to delete a message.
    pub failed: Option<Error>,
    pub(super) in_flight: bool,
    /// The server may have it: it was sent, or another page may have sent it.
    pub(super) may_be_sent: bool,
    /// Not to leave yet: see [`Pending::held`].
    pub(super) held: bool,
    /// Durable, as this change of the room: it only waits for its place on the screen.
    pub(crate) placed: Option<Rev>,
    /// Durable in the log, at this place: it only waits for its number.
    pub(super) logged: Option<Offset>,
}

/// The request to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A new message with this text.
    Message(String),
    /// A change of a message that has its number.
    Change(MessageId, MessageChange),
}

impl Pending {
    /// A new message.
    pub fn new(room: RoomId, body: Body, at: Timestamp) -> Self {
        Self::with(MessageId::new().into(), room, Content::Message(body.into_string()), at)
    }

    /// A change of a message that has its number.
    pub fn change(room: RoomId, message: MessageId, change: MessageChange, at: Timestamp) -> Self {
        Self::with(ChangeId::new(), room, Content::Change(message, change), at)
    }

    fn with(id: ChangeId, room: RoomId, content: Content, at: Timestamp) -> Self {
        Self {
            id,
            room,
            content,
            at,
            failed: None,
            in_flight: false,
            may_be_sent: false,
            held: false,
            placed: None,
            logged: None,
        }
    }

    /// Shown, but not to leave before [`super::Outbox::release`]: it is not on disk yet, or another tab
    /// is about to send it. Entries behind it in its room and lane wait with it.
    #[must_use]
    pub fn held(self) -> Self {
        Self { held: true, ..self }
    }

    /// The id of the message that is sent or changed.
    pub fn message(&self) -> MessageId {
        match self.content {
            Content::Message(_) => MessageId(self.id.0),
            Content::Change(message, _) => message,
        }
    }

    /// The text of a new message; of a change it is empty.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Message(text) => text,
            Content::Change(..) => "",
        }
    }

    pub fn lane(&self) -> Lane {
        match self.content {
            Content::Message(_) => Lane::Messages,
            Content::Change(..) => Lane::Changes,
        }
    }

    pub(super) fn is_durable(&self) -> bool {
        self.placed.is_some() || self.logged.is_some()
    }

    /// Whether this change makes an earlier one of the same message unnecessary. A change that the server may have stays
    /// until it is answered: otherwise the server could apply it after this one. A deletion is final, so it supersedes all.
    pub(super) fn supersedes(&self, earlier: &Self) -> bool {
        use MessageChange::{Delete, Edit, React};
        let (Content::Change(message, new), Content::Change(other, old)) = (&self.content, &earlier.content)
        else {
            return false;
        };
        let is_undone = match (new, old) {
            (Delete, _) => true,
            (Edit(_), Edit(_)) | (React(_), React(_)) => !earlier.may_be_sent || earlier.failed.is_some(),
            _ => false,
        };
        message == other && earlier.id < self.id && is_undone
    }

    /// Applies the change to a copy of its message, as `me` will see it. Returns whether the text is another one.
    pub(crate) fn apply(&self, message: &mut Message, me: UserId) -> bool {
        let Content::Change(_, change) = &self.content else { return false };
        match change {
            _ if message.deleted => return false,
            MessageChange::Edit(text) => {
                message.body.clone_from(text);
                message.edited = Some(self.at);
            }
            MessageChange::Delete => {
                message.delete();
            }
            MessageChange::React(emoji) => {
                let reactions = &mut message.reactions;
                if let Some(index) = reactions.iter().position(|reaction| reaction.user == me) {
                    reactions.remove(index);
                }
                if let Some(emoji) = emoji.clone() {
                    reactions.push(Reaction { user: me, emoji });
                }
                return false;
            }
        }
        true
    }

    /// The frame that carries the entry to the server.
    pub fn into_frame(self) -> ClientFrame {
        let Self { id: change, room, content, .. } = self;
        match content {
            Content::Message(body) => ClientFrame::Send { room, id: MessageId(change.0), body },
            Content::Change(id, MessageChange::Edit(body)) => ClientFrame::Edit { room, id, change, body },
            Content::Change(id, MessageChange::Delete) => ClientFrame::Delete { room, id, change },
            Content::Change(id, MessageChange::React(emoji)) => {
                ClientFrame::React { room, id, change, emoji }
            }
        }
    }
}

/// An entry as it is stored. Clients of before there were changes ignore entries without a `body`.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: ChangeId,
    room: RoomId,
    /// The text of a new message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    at: Timestamp,
    #[serde(default)]
    failed: Option<Error>,
    /// The message that is changed, by one of the next three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edit: Option<String>,
    /// A reaction that is taken back is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    react: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    delete: bool,
}

impl From<Pending> for Stored {
    fn from(pending: Pending) -> Self {
        let Pending { id, room, content, at, failed, .. } = pending;
        let mut stored =
            Self { id, room, body: None, at, failed, message: None, edit: None, react: None, delete: false };
        match content {
            Content::Message(body) => stored.body = Some(body),
            Content::Change(message, change) => {
                stored.message = Some(message);
                match change {
                    MessageChange::Edit(text) => stored.edit = Some(text),
                    MessageChange::React(emoji) => {
                        stored.react = Some(emoji.map_or_else(String::new, Emoji::into_string));
                    }
                    MessageChange::Delete => stored.delete = true,
                }
            }
        }
        stored
    }
}

impl TryFrom<Stored> for Pending {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { id, room, body, at, failed, message, edit, react, delete } = stored;
        let content = match (body, message, edit, react) {
            (Some(body), ..) => Content::Message(body),
            (_, Some(message), Some(text), _) => Content::Change(message, MessageChange::Edit(text)),
            (_, Some(message), _, Some(emoji)) => {
                Content::Change(message, MessageChange::React(Emoji::stored(emoji)))
            }
            (_, Some(message), ..) if delete => Content::Change(message, MessageChange::Delete),
            // Stored by a later client.
            _ => return Err("unknown"),
        };
        Ok(Self { failed, may_be_sent: true, ..Self::with(id, room, content, at) })
    }
}
