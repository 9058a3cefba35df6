//! An entry as it lies in the topic: JSON, so that people can read a log with any Kafka tool.

use chrono::{DateTime, Utc};
use model::{Body, MessageId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{clock::timestamp, failure::unreadable, message_log::Entry};

#[derive(Serialize)]
struct Written<'a> {
    id: MessageId,
    room: RoomId,
    sender: UserId,
    at: Timestamp,
    body: &'a str,
}

#[derive(Deserialize)]
struct Read {
    id: MessageId,
    room: RoomId,
    sender: UserId,
    at: Timestamp,
    body: String,
}

/// The bytes of an entry that was accepted at `at`.
pub(super) fn write(entry: &Entry, at: DateTime<Utc>) -> Vec<u8> {
    let Entry { id, room, sender, body } = entry;
    let written = Written { id: *id, room: *room, sender: *sender, at: timestamp(at), body: body.as_str() };
    serde_json::to_vec(&written).expect("a struct of texts and numbers is JSON")
}

/// The entry and when it was accepted.
///
/// # Errors
/// What makes these bytes no entry, in words.
pub(super) fn read(bytes: &[u8]) -> Result<(Entry, DateTime<Utc>), String> {
    let Read { id, room, sender, at, body } =
        serde_json::from_slice(bytes).map_err(|error| format!("not an entry: {}", unreadable(&error)))?;
    let at = DateTime::from_timestamp_millis(at.0).ok_or("its time is none")?;
    let body = Body::new(body).map_err(|error| error.message)?;
    Ok((Entry { id, room, sender, body }, at))
}

/// What decides the partition of a room's entries.
pub(super) fn key(room: RoomId) -> [u8; 16] {
    *room.0.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        let body = Body::new(text).unwrap();
        Entry { id: MessageId::new(), room: RoomId::new(), sender: UserId::new(), body }
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let at = DateTime::from_timestamp_millis(1_767_603_600_123).unwrap();
        for text in ["hello", "\"quoted\" \\ \n 😀", &"x".repeat(4_096)] {
            let entry = entry(text);
            assert_eq!(read(&write(&entry, at)), Ok((entry, at)));
        }
    }

    #[test]
    fn anything_else_says_what_is_wrong_with_it() {
        let at = DateTime::from_timestamp_millis(0).unwrap();
        let mut too_long = String::from_utf8(write(&entry("ZZZ"), at)).unwrap();
        too_long = too_long.replace("ZZZ", &"x".repeat(5_000));
        for bytes in [&b"\xff\xfe"[..], b"", b"{}", b"[1,2]", too_long.as_bytes()] {
            assert!(!read(bytes).unwrap_err().is_empty());
        }
    }
}
