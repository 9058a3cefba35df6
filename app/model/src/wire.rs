//! The frames of the socket, one JSON object per text frame, named by `type`.
//!
//! Both sides ignore fields they do not know. A client ignores frames it does not know, and counts
//! a [`Change`] of an unknown kind as applied: that is how edits, reactions and membership can come
//! without a new protocol version.

mod client;
mod parts;
mod read;
mod write;

use serde::{Deserialize, Serialize};

pub use client::{Unreadable, with_readable_names};

use crate::{
    error::Error,
    id::{ChangeId, MessageId, RoomId, SessionId, UserId},
    messages::{Accepted, Changed, Emoji, Logged, Message, Sent},
    number::{Offset, Rev, Seq, Timestamp},
    rooms::{Mark, Members, Room},
    vec_map::VecMap,
};

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFrame {
    /// First on every connection: where this client stands. The answer is [`ServerFrame::Welcome`],
    /// then what changed, then [`ServerFrame::CaughtUp`].
    Hello {
        version: u32,
        /// What this client holds, per room.
        cursor: VecMap<RoomId, Position>,
    },
    /// Send a message. Answered by `accepted` or `rejected` with the same id.
    Send { room: RoomId, id: MessageId, body: String },
    /// Give a message of one's own another text. Answered, like the next two, by `changed` or `rejected` with the same
    /// `change`.
    Edit { room: RoomId, id: MessageId, change: ChangeId, body: String },
    /// Delete a message of one's own.
    Delete { room: RoomId, id: MessageId, change: ChangeId },
    /// Put one's reaction on a message, or take it back.
    React { room: RoomId, id: MessageId, change: ChangeId, emoji: Option<Emoji> },
    /// Ask for the changes after `after`. Answered by `changes`.
    Fetch { room: RoomId, after: Rev },
    /// Raise this member's marks.
    Mark { room: RoomId, delivered: Seq, read: Seq },
    /// A frame of a later version: answered by `error`, otherwise ignored.
    Unknown,
}

/// How much of a room a client holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Every change up to this one.
    pub rev: Rev,
    /// The sum of all `delivered` and `read` numbers it holds for the room: marks only rise, so an
    /// equal sum is an equal state. Without it the marks are always sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<i64>,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome { version: u32, user: UserId, session: SessionId, now: Timestamp, beat_ms: u32 },
    /// A room the client did not name in its cursor, or has just joined.
    Room { room: Room },
    /// The client is not, or no longer, a member of this room.
    Left { room: RoomId },
    /// Everything that changed in a room after `after`, up to and including `upto`; also sent
    /// with `after` = `upto` when only marks rose.
    Changes {
        room: RoomId,
        after: Rev,
        upto: Rev,
        /// Too much was missed: `messages` is the newest page, what lies before is not here.
        #[serde(skip_serializing_if = "is_false")]
        limited: bool,
        /// The changed messages in their present state, by `rev`.
        messages: Vec<Message>,
        /// The members' marks at that moment.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        marks: Vec<Mark>,
        /// Who was in the room by `upto`, and what it was called.
        #[serde(flatten)]
        members: Members,
        /// What the room logged before this place has its number: see [`Stored`].
        #[serde(skip_serializing_if = "is_start")]
        log: Offset,
    },
    /// One change, live.
    Change(Change),
    /// A message that is durable and has no number yet, live. Shown below the numbered ones, by `log`.
    Live { room: RoomId, log: Offset, message: Message },
    /// The numbers of messages that were logged.
    Stored(Stored),
    /// The client holds everything that had happened when it said `hello`.
    CaughtUp,
    /// A message is durable and has its place.
    Accepted(Accepted),
    /// A message is durable; its number follows with [`ServerFrame::Stored`].
    Logged(Logged),
    /// A change of a message is applied.
    Changed(Changed),
    /// A message was not taken, or with `change` not changed. With `log` it was logged there first, and then turned out
    /// not to stand.
    Rejected {
        room: RoomId,
        id: MessageId,
        #[serde(skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        error: Error,
        #[serde(skip_serializing_if = "Option::is_none")]
        log: Option<Offset>,
    },
    /// A member's marks rose.
    Mark { room: RoomId, mark: Mark },
    /// Still here. `heads` names rooms that changed lately, so that a lost last change shows.
    Beat { heads: VecMap<RoomId, Rev> },
    /// A frame could not be answered; the connection goes on. `about` and `room` say which frame it
    /// was, as far as that could be read.
    Error {
        error: Error,
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
    },
    /// Of a later version.
    Unknown,
}

/// The answer to a call is the frame that answers the same sent over a socket.
impl From<Sent> for ServerFrame {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Accepted(accepted) => Self::Accepted(accepted),
            Sent::Logged(logged) => Self::Logged(logged),
        }
    }
}

impl ServerFrame {
    /// The room that a frame changes something in.
    pub fn room(&self) -> Option<RoomId> {
        match self {
            Self::Room { room } => Some(room.id),
            Self::Left { room }
            | Self::Changes { room, .. }
            | Self::Live { room, .. }
            | Self::Rejected { room, .. }
            | Self::Mark { room, .. } => Some(*room),
            Self::Change(change) => Some(change.room),
            Self::Stored(stored) => Some(stored.room),
            Self::Accepted(accepted) => Some(accepted.room),
            Self::Logged(logged) => Some(logged.room),
            Self::Changed(changed) => Some(changed.room),
            Self::Welcome { .. }
            | Self::CaughtUp
            | Self::Beat { .. }
            | Self::Error { .. }
            | Self::Unknown => None,
        }
    }
}

/// One durable change of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub room: RoomId,
    pub rev: Rev,
    #[serde(flatten)]
    pub item: Item,
}

/// The numbers that logged messages of a room got: the first of `ids` is message `seq` and change `rev`,
/// the next one follows, and so on. What was logged before `log` and is not among them, here or
/// earlier, does not stand: another copy of its id came first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stored {
    pub room: RoomId,
    pub seq: Seq,
    pub rev: Rev,
    pub log: Offset,
    pub ids: Vec<(MessageId, Offset)>,
}

/// What changed: the thing itself, in its new state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Item {
    Message {
        message: Message,
    },
    /// Somebody came or went, or the group's admins or its title changed.
    Members(Members),
    /// Of a later version.
    Unknown,
}

/// Why the server closed a socket. The reason text of the close frame is the name.
///
/// 40xx: connect again, after the wait of the code. 41xx: do not, until a person acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// The server restarts or moves its clients. Wait a random 0.2 to 3 s.
    Restarting,
    /// This client read too slowly; nothing is lost, resume at once.
    SlowReader,
    /// Nothing was heard from this client for [`crate::limits::SILENCE_MS`]. Resume at once.
    Silent,
    /// Too many frames. Wait 5 s.
    Flood,
    /// The server failed in this connection alone. Wait a random 1 to 5 s.
    Failed,
    /// The session has ended. Sign in.
    SignedOut,
    /// No `hello`, a second one, or one that cannot be read.
    BadHello,
    /// A frame that is not JSON of the documented form.
    BadFrame,
    /// The server speaks another version: fetch the page again.
    Version,
    /// This person has too many open sockets; dead ones among them are found within a minute.
    TooMany,
}

impl CloseCode {
    pub const ALL: [Self; 10] = [
        Self::Restarting,
        Self::SlowReader,
        Self::Silent,
        Self::Flood,
        Self::Failed,
        Self::SignedOut,
        Self::BadHello,
        Self::BadFrame,
        Self::Version,
        Self::TooMany,
    ];

    pub fn code(self) -> u16 {
        match self {
            Self::Restarting => 4001,
            Self::SlowReader => 4002,
            Self::Silent => 4003,
            Self::Flood => 4004,
            Self::Failed => 4005,
            Self::SignedOut => 4101,
            Self::BadHello => 4102,
            Self::BadFrame => 4103,
            Self::Version => 4104,
            Self::TooMany => 4006,
        }
    }

    pub fn reason(self) -> &'static str {
        match self {
            Self::Restarting => "restarting",
            Self::SlowReader => "slow_reader",
            Self::Silent => "silent",
            Self::Flood => "flood",
            Self::Failed => "failed",
            Self::SignedOut => "signed_out",
            Self::BadHello => "bad_hello",
            Self::BadFrame => "bad_frame",
            Self::Version => "version",
            Self::TooMany => "too_many_sockets",
        }
    }

    /// What a close code asks of the client; codes outside the list ask for a new connection.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|close| close.code() == code)
    }

    /// The wait before the next connection, in milliseconds: a random moment in this range.
    /// `None`: do not reconnect.
    pub fn retry(self) -> Option<(u32, u32)> {
        match self {
            Self::Restarting => Some((200, 3_000)),
            Self::SlowReader | Self::Silent => Some((0, 500)),
            Self::Flood => Some((5_000, 6_000)),
            Self::Failed => Some((1_000, 5_000)),
            Self::TooMany => Some((60_000, 90_000)),
            _ => None,
        }
    }
}

impl ClientFrame {
    /// Reads a client's text.
    ///
    /// # Errors
    /// It is not JSON, or no frame.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        client::client_frame(text)
    }

    pub fn encode(&self) -> String {
        write::client_frame(self)
    }
}

impl ServerFrame {
    /// Reads a server's text.
    ///
    /// # Errors
    /// [`crate::Code::Malformed`] with what is wrong, in words.
    pub fn parse(text: &str) -> Result<Self, Error> {
        read::server_frame(text)
    }

    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("frames have string keys only")
    }
}

fn is_false(value: &bool) -> bool {
    !*value
}

pub(crate) fn is_start(log: &Offset) -> bool {
    *log == Offset::ZERO
}
