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

impl Person {
    /// One or two letters for an avatar without a picture.
    pub fn initials(&self) -> String {
        let mut words = self.name.split_whitespace().filter_map(|word| word.chars().next());
        let first = words.next();
        let last = words.next_back();
        first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
    }
}

/// A hue in degrees that stays with an id: avatars and author names use it.
pub fn hue(id: uuid::Uuid) -> u16 {
    let sum = id.as_bytes().iter().fold(7u32, |sum, byte| sum.wrapping_mul(31) + u32::from(*byte));
    (sum % 12 * 30) as u16
}
