//! The channel of a topic.

use std::io::Write;

use super::super::Topic;
use crate::redis::Settings;

/// Makes channels' names. Channels belong to no database, so its number is part of the name: two
/// instances may share a Redis by using different databases.
pub(super) struct Channels(String);

impl Channels {
    pub(super) fn of(settings: &Settings) -> Self {
        Self(format!("{}:{}", settings.prefix(), settings.database()))
    }

    /// Writes the name of a topic's channel into `name`, which it empties first.
    pub(super) fn write(&self, topic: Topic, name: &mut Vec<u8>) {
        name.clear();
        let written = match topic {
            Topic::Room(room) => write!(name, "{}:room:{room}", self.0),
            Topic::User(user) => write!(name, "{}:user:{user}", self.0),
            Topic::Sessions => write!(name, "{}:sessions", self.0),
        };
        debug_assert!(written.is_ok(), "memory takes what is written to it");
    }
}
