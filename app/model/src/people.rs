//! People as others see them.

use serde::{Deserialize, Serialize};

use crate::id::UserId;

/// A person's public face. Never holds an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    /// The name shown to others.
    pub name: String,
}

/// One or two letters of a name, as they are in it, for an avatar without a picture. The style draws capitals: the
/// table of them would take 4 KB of the browser's first download.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    words.next().into_iter().chain(words.next_back()).collect()
}

/// A hue in degrees that stays with an id: avatars and author names use it.
pub fn hue(id: uuid::Uuid) -> u16 {
    let sum = id.as_bytes().iter().fold(7u32, |sum, byte| sum.wrapping_mul(31) + u32::from(*byte));
    (sum % 12 * 30) as u16
}
