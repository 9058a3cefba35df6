//! Reads what clients send: one parser, and one rule for what is JSON.
//!
//! The grammar of RFC 8259 decides, and the depth. Only the documented fields of a frame are read, so a value in
//! an unknown field may be anything the grammar allows: a number of any size, half a character, a deep list.

use std::{borrow::Cow, ops::Range};

use serde::{Deserialize, de::IgnoredAny};

use super::{ClientFrame, Position};
use crate::{
    id::{ChangeId, MessageId, RoomId},
    limits::JSON_DEPTH,
    messages::Emoji,
    number::{Rev, Seq},
    vec_map::VecMap,
};

/// Why a client's text is not a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Not JSON, or nested too deep.
    NotJson,
    /// JSON, but no frame of this protocol: what is wrong, in words.
    Malformed(String),
}

/// Whether a text is one JSON value, nested at most [`JSON_DEPTH`] deep, with nothing after it.
fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok() && depth(text) <= JSON_DEPTH
}

/// How many brackets are open at once in a JSON text, at most.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut in_string) = (0_usize, 0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' => drop(bytes.next()),
            b'{' | b'[' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_string => open -= 1,
            _ => {}
        }
    }
    deepest
}

/// The text with an empty name for every field whose name holds half a character. No field of a frame is named so, and
/// `serde_json` would refuse the frame for it.
pub fn with_readable_names(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let (mut readable, mut copied) = (String::new(), 0);
    for string in strings(text) {
        let is_name = text[string.end..].trim_start().starts_with(':');
        if is_name && serde_json::from_str::<String>(&text[string.clone()]).is_err() {
            readable.push_str(&text[copied..string.start]);
            readable.push_str("\"\"");
            copied = string.end;
        }
    }
    readable.push_str(&text[copied..]);
    Cow::Owned(readable)
}

/// Where the strings of a JSON text are, with their quotation marks.
fn strings(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut begin) = (Vec::new(), None);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, begin) {
            (b'\\', Some(_)) => drop(bytes.next()),
            (b'"', Some(start)) => {
                found.push(start..at + 1);
                begin = None;
            }
            (b'"', None) => begin = Some(at),
            _ => {}
        }
    }
    found
}

/// See [`ClientFrame::parse`].
pub(super) fn client_frame(text: &str) -> Result<ClientFrame, Unreadable> {
    if !is_json(text) {
        return Err(Unreadable::NotJson);
    }
    let text = &*with_readable_names(text);
    // A struct would also be read from a list of its fields.
    if !text.trim_start().starts_with('{') {
        return Err(Unreadable::Malformed("A frame is a JSON object.".to_owned()));
    }
    match &*fields::<Kind>(text)?.kind {
        "hello" => {
            fields::<Hello>(text).map(|Hello { version, cursor }| ClientFrame::Hello { version, cursor })
        }
        "send" => fields::<Send>(text).map(|Send { room, id, body }| ClientFrame::Send { room, id, body }),
        "edit" => fields::<Edit>(text).map(|Edit { room, id, change, body }| ClientFrame::Edit {
            room,
            id,
            change,
            body,
        }),
        "delete" => {
            fields::<Delete>(text).map(|Delete { room, id, change }| ClientFrame::Delete { room, id, change })
        }
        "react" => fields::<React>(text).map(|React { room, id, change, emoji }| ClientFrame::React {
            room,
            id,
            change,
            emoji,
        }),
        "fetch" => fields::<Fetch>(text).map(|Fetch { room, after }| ClientFrame::Fetch { room, after }),
        "mark" => fields::<Mark>(text).map(|Mark { room, delivered, read }| ClientFrame::Mark {
            room,
            delivered,
            read,
        }),
        _ => Ok(ClientFrame::Unknown),
    }
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Hello {
    version: u32,
    #[serde(default)]
    cursor: VecMap<RoomId, Position>,
}

#[derive(Deserialize)]
struct Send {
    room: RoomId,
    id: MessageId,
    body: String,
}

#[derive(Deserialize)]
struct Edit {
    room: RoomId,
    id: MessageId,
    change: ChangeId,
    body: String,
}

#[derive(Deserialize)]
struct Delete {
    room: RoomId,
    id: MessageId,
    change: ChangeId,
}

#[derive(Deserialize)]
struct React {
    room: RoomId,
    id: MessageId,
    change: ChangeId,
    #[serde(default)]
    emoji: Option<Emoji>,
}

#[derive(Deserialize)]
struct Fetch {
    room: RoomId,
    after: Rev,
}

#[derive(Deserialize)]
struct Mark {
    room: RoomId,
    #[serde(default)]
    delivered: Seq,
    #[serde(default)]
    read: Seq,
}

fn fields<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|error| Unreadable::Malformed(error.to_string()))
}
