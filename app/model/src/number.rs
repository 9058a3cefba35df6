//! The numbers that order a room, and moments in time.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "diesel", derive(diesel_derive_newtype::DieselNewType))]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(pub i64);

        impl $name {
            /// Before the first.
            pub const ZERO: Self = Self(0);

            /// The one after this.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<i64> for $name {
            type Error = &'static str;

            fn try_from(number: i64) -> Result<Self, Self::Error> {
                if number < 0 { Err("a number is never negative") } else { Ok(Self(number)) }
            }
        }

        impl From<$name> for i64 {
            fn from(number: $name) -> Self {
                number.0
            }
        }
    };
}

number!(
    /// Counts the messages of a room: 1, 2, 3 … without holes, never reused.
    Seq
);

impl Seq {
    /// The number of a room's first message.
    pub const FIRST: Self = Self(1);
}

number!(
    /// Counts every durable change of a room (message, edit, membership …): 1, 2, 3 … without
    /// holes, never reused. A client that holds `rev` n has seen everything up to n.
    Rev
);
number!(
    /// A place in the message log. Where the log numbers messages a little after they are durable, it
    /// orders those of a room that have no number yet; numbers follow the same order.
    Offset
);

/// A moment: milliseconds since 1970-01-01T00:00:00Z, by the server's clock.
/// Shown to people; never used to order anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);
