//! Identifiers. Every one is a UUIDv7: unique without asking anybody, and sorted by birth.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[cfg_attr(feature = "diesel", derive(diesel_derive_newtype::DieselNewType))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier, made from the present moment and 74 random bits.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                parse(&text).map(Self).map_err(D::Error::custom)
            }
        }
    };
}

/// A text that is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is a UUID in lower case with hyphens, and not all zeros")
    }
}

impl std::error::Error for NotAnId {}

/// In the one spelling in which ids are answered: who sends another would not know its own again.
fn parse(text: &str) -> Result<Uuid, NotAnId> {
    let id = Uuid::try_parse(text).map_err(|_| NotAnId)?;
    let canonical = id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
    if canonical && !id.is_nil() { Ok(id) } else { Err(NotAnId) }
}

id!(
    /// A person with a confirmed account.
    UserId
);
id!(
    /// A conversation: a private chat or a group.
    RoomId
);
id!(
    /// A message, named once by the client that composed it. Every retry carries the same id.
    MessageId
);
id!(
    /// A change that a client asks for, named once by that client: every retry carries the same id. A new message is a
    /// change, too, under its own id.
    ChangeId
);

impl From<MessageId> for ChangeId {
    fn from(id: MessageId) -> Self {
        Self(id.0)
    }
}

id!(
    /// A sign-in on one device: the family of its refresh tokens.
    SessionId
);
id!(
    /// A sign-up that still waits for its code.
    RegistrationId
);
