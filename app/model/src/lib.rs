//! What the browser and the server agree on: pure data, its rules and limits, the frames of the
//! socket, and the reducer that turns frames into what a person sees.
//!
//! Nothing here touches a clock, a network, a database or a view.

pub mod accounts;
pub mod chat;
pub mod error;
pub mod id;
pub mod limits;
pub mod messages;
pub mod number;
pub mod outbox;
pub mod people;
pub mod random;
pub mod rooms;
pub mod sort;
#[cfg(feature = "diesel")]
mod text_enum;
pub mod timeline;
pub mod vec_map;
pub mod visible;
pub mod wire;

pub use chat::Chat;
pub use error::{Code, Error, Result};
pub use id::{ChangeId, MessageId, RegistrationId, RoomId, SessionId, UserId};
pub use messages::{Accepted, Body, Changed, Emoji, Logged, Message, MessageChange, Page, Reaction, Sent};
pub use number::{Offset, Rev, Seq, Timestamp};
pub use people::Person;
pub use rooms::{Mark, Members, Room, RoomKind, Title};
pub use timeline::Timeline;
pub use vec_map::VecMap;
