//! Who is in a room, and what it is called.

use serde::{Deserialize, Serialize};

use super::RoomKind;
use crate::{id::UserId, people::Person};

/// What coming and going makes of a room, as one state: of two, that of the higher `rev` stands. Of a
/// private chat only `gone` is told: its two people stay the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// See [`super::Room::people`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Those of `people` who have left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<UserId>,
    /// Those of `people` who may let others in and out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub admins: Vec<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Members {
    /// The part that is told of a room of this kind.
    #[must_use]
    pub fn told(self, kind: RoomKind) -> Self {
        match kind {
            RoomKind::Private => Self { gone: self.gone, ..Self::default() },
            RoomKind::Group => self,
        }
    }
}
