//! Messages, their limits, and what the server answers about them.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    id::{ChangeId, MessageId, RoomId, UserId},
    limits::{MESSAGE_CHARS, REACTION_BYTES},
    number::{Offset, Rev, Seq, Timestamp},
    visible::something_to_see,
};

/// A message in its present state. Of two copies with the same `id` the one with the higher
/// `rev` is the newer. `seq` and `rev` are 0 while it has no number yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub seq: Seq,
    pub rev: Rev,
    pub sender: UserId,
    pub at: Timestamp,
    /// Empty once it is deleted.
    pub body: String,
    /// When its text was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Timestamp>,
    /// Its place stays; what it said is nowhere any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// One of each person at most, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
}

impl Message {
    /// As it was sent, before it has a number.
    pub fn new(id: MessageId, sender: UserId, at: Timestamp, body: impl Into<String>) -> Self {
        let (seq, rev, body) = (Seq::ZERO, Rev::ZERO, body.into());
        Self { id, seq, rev, sender, at, body, edited: None, deleted: false, reactions: Vec::new() }
    }

    /// The same at its place.
    #[must_use]
    pub fn numbered(self, seq: Seq, rev: Rev) -> Self {
        Self { seq, rev, ..self }
    }

    /// Its text becomes another one. False if nothing changes.
    ///
    /// # Errors
    /// `not_found` once it is deleted: a deletion is never undone.
    pub fn edit(&mut self, body: Body, at: Timestamp) -> Result<bool> {
        if self.deleted {
            return Err(Error::not_found("message"));
        }
        if self.body == body.as_str() {
            return Ok(false);
        }
        self.body = body.into_string();
        self.edited = Some(at);
        Ok(true)
    }

    /// Only its place is left. False if it was so before.
    pub fn delete(&mut self) -> bool {
        if self.deleted {
            return false;
        }
        self.deleted = true;
        self.body.clear();
        self.edited = None;
        self.reactions.clear();
        true
    }

    /// What a person thinks of it becomes this, or nothing. False if nothing changes.
    ///
    /// # Errors
    /// `not_found` once it is deleted.
    pub fn react(&mut self, user: UserId, emoji: Option<Emoji>) -> Result<bool> {
        if self.deleted {
            return Err(Error::not_found("message"));
        }
        let known = self.reactions.iter().position(|reaction| reaction.user == user);
        if known.map(|place| &self.reactions[place].emoji) == emoji.as_ref() {
            return Ok(false);
        }
        if let Some(place) = known {
            self.reactions.remove(place);
        }
        self.reactions.extend(emoji.map(|emoji| Reaction { user, emoji }));
        Ok(true)
    }

    /// What this person thinks of it.
    pub fn reaction_of(&self, user: UserId) -> Option<&Emoji> {
        self.reactions.iter().find(|reaction| reaction.user == user).map(|reaction| &reaction.emoji)
    }

    /// Its number, once it has one.
    pub fn number(&self) -> Option<Seq> {
        Some(self.seq).filter(|seq| *seq > Seq::ZERO)
    }
}

/// A change of a message that has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageChange {
    /// Another text.
    Edit(String),
    Delete,
    /// One's reaction; `None` takes it back.
    React(Option<Emoji>),
}

/// What one person thinks of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    pub user: UserId,
    pub emoji: Emoji,
}

/// A pictograph, as people see it: it may be several characters. Of what the browser reads only the
/// length is looked at; the server asks whether there is such a one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Emoji(String);

impl Emoji {
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.is_empty() || text.len() > REACTION_BYTES || text.is_ascii() {
            return Err(Error::invalid("emoji", "A reaction is one emoji."));
        }
        Ok(Self(text))
    }

    /// One that was checked before it was stored; none if the text is empty.
    pub(crate) fn stored(text: String) -> Option<Self> {
        (!text.is_empty()).then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A text that may be sent: with something to see, at most [`MESSAGE_CHARS`] long, without NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// The text is kept to the letter; trimming is the composer's business.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if !something_to_see(&text) {
            return Err(Error::invalid("body", "A message needs some text."));
        }
        if text.contains('\0') {
            return Err(Error::invalid("body", "A message cannot contain the NUL character."));
        }
        let length = text.chars().count();
        if length > MESSAGE_CHARS {
            let message = format!("A message has at most {MESSAGE_CHARS} characters; this one has {length}.");
            return Err(Error::invalid("body", message));
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// The server's answer to a message: it is durable and has its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub room: RoomId,
    pub id: MessageId,
    pub seq: Seq,
    pub rev: Rev,
    pub at: Timestamp,
}

/// The server's answer to a message where numbers follow: it is durable in the message log. What is
/// logged first under an id stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    pub room: RoomId,
    pub id: MessageId,
    pub log: Offset,
    pub at: Timestamp,
}

/// The server's answer to a change of a message: it is applied. A client that holds every change of the room up to `rev`
/// holds the message with this change, or in a later state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub room: RoomId,
    pub change: ChangeId,
    pub rev: Rev,
}

/// A message that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Answer", try_from = "Answer")]
pub enum Sent {
    /// It has its number.
    Accepted(Accepted),
    /// Its number follows. If another message was logged first under its id, that one gets the number,
    /// and the sender is told.
    Logged(Logged),
}

impl Sent {
    /// Its number, if it has one.
    pub fn accepted(self) -> Option<Accepted> {
        match self {
            Self::Accepted(accepted) => Some(accepted),
            Self::Logged(_) => None,
        }
    }
}

/// Either, as it travels: told apart by its fields.
#[derive(Clone, Serialize, Deserialize)]
struct Answer {
    room: RoomId,
    id: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seq: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rev: Option<Rev>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<Offset>,
    at: Timestamp,
}

impl From<Sent> for Answer {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Accepted(Accepted { room, id, seq, rev, at }) => {
                Self { room, id, seq: Some(seq), rev: Some(rev), log: None, at }
            }
            Sent::Logged(Logged { room, id, log, at }) => {
                Self { room, id, seq: None, rev: None, log: Some(log), at }
            }
        }
    }
}

impl TryFrom<Answer> for Sent {
    type Error = &'static str;

    fn try_from(answer: Answer) -> std::result::Result<Self, Self::Error> {
        let Answer { room, id, seq, rev, log, at } = answer;
        match (seq, rev, log) {
            (Some(seq), Some(rev), _) => Ok(Self::Accepted(Accepted { room, id, seq, rev, at })),
            (_, _, Some(log)) => Ok(Self::Logged(Logged { room, id, log, at })),
            _ => Err("neither a number nor a place in the log"),
        }
    }
}

/// A run of messages without holes, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub room: RoomId,
    /// The state the messages were read at: everything up to this change is in them.
    pub rev: Rev,
    /// The room's newest message at that state.
    pub last_seq: Seq,
    pub messages: Vec<Message>,
}
