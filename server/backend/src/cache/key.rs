//! What can be kept, and for how long.

use std::{fmt, time::Duration};

use model::{RoomId, UserId};

/// Names a value. Each kind holds values of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// That somebody is a member of a room.
    Membership(RoomId, UserId),
    /// What others see of a person.
    Profile(UserId),
    /// The newest page of a room.
    Newest(RoomId),
}

impl Key {
    /// How long a value is kept at most.
    pub const fn lifetime(self) -> Duration {
        match self {
            // As long as conversations are to go on without the database.
            Self::Membership(..) => Duration::from_secs(3_600),
            Self::Profile(_) => Duration::from_secs(600),
            Self::Newest(_) => Duration::from_secs(60),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Membership(room, user) => write!(f, "member:{room}:{user}"),
            Self::Profile(user) => write!(f, "profile:{user}"),
            Self::Newest(room) => write!(f, "newest:{room}"),
        }
    }
}
