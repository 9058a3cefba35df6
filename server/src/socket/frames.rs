//! What a client's text means, and what is answered when it means nothing.

use model::{
    ChangeId, Code, Error, MessageId, RoomId,
    wire::{ClientFrame, CloseCode, ServerFrame, Unreadable, with_readable_names},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::close::End;

/// A text as far as it can be read.
pub(super) enum Read {
    Frame(ClientFrame),
    /// A frame of another version: answered, and no offence.
    Unknown(ServerFrame),
    /// JSON, but not a frame of this protocol: answered, and the connection goes on.
    Malformed(ServerFrame),
}

/// Reads a client's text.
///
/// # Errors
/// It is not JSON: whoever speaks here does not speak this protocol.
pub(super) fn read(text: &str) -> Result<Read, End> {
    match ClientFrame::parse(text) {
        Ok(ClientFrame::Unknown) => {
            Ok(Read::Unknown(error("This server does not know frames of this type.")))
        }
        Ok(frame) => Ok(Read::Frame(frame)),
        Err(Unreadable::Malformed(why)) => Ok(Read::Malformed(refuse(text, &why))),
        Err(Unreadable::NotJson) => Err(CloseCode::BadFrame.into()),
    }
}

/// The refusal of a frame: the sender of a message or a change is told by its id wherever that can be read, or it would
/// wait for ever.
fn refuse(text: &str, why: &str) -> ServerFrame {
    let text = &*with_readable_names(text);
    let about = read_alone::<About>(text).map(|about| about.kind);
    let room = read_alone::<InRoom>(text).map(|frame| frame.room);
    let id = read_alone::<WithId>(text).map(|frame| frame.id);
    let change = read_alone::<WithChange>(text).map(|frame| frame.change);
    let refused = match about.as_deref() {
        Some("send") => Some(("body", None)),
        Some("edit") => change.map(|change| ("body", Some(change))),
        Some("react") => change.map(|change| ("emoji", Some(change))),
        _ => None,
    };
    if let (Some((field, change)), Some(room), Some(id)) = (refused, room, id) {
        let error = Error::invalid(field, sentence(why));
        return ServerFrame::Rejected { room, id, change, error, log: None };
    }
    ServerFrame::Error {
        error: Error::new(Code::Malformed, sentence(why)),
        about: about.map(|about| about.chars().take(ABOUT_CHARS).collect()),
        room,
    }
}

/// Longest part of an unreadable frame's type that is repeated in its refusal, in characters.
const ABOUT_CHARS: usize = 32;

#[derive(Deserialize)]
struct About {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct InRoom {
    room: RoomId,
}

#[derive(Deserialize)]
struct WithId {
    id: MessageId,
}

#[derive(Deserialize)]
struct WithChange {
    change: ChangeId,
}

/// Reads one field of a JSON object, whatever its other fields are.
fn read_alone<T: DeserializeOwned>(text: &str) -> Option<T> {
    text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

fn error(why: &str) -> ServerFrame {
    ServerFrame::Error { error: Error::new(Code::Malformed, why), about: None, room: None }
}

/// The parser's words without the place.
fn sentence(why: &str) -> String {
    match why {
        // `serde_json` names the escape, not what is wrong with it.
        _ if why.contains("surrogate") || why.contains("hex escape") => {
            "The text holds half a character.".to_owned()
        }
        _ => why.split(" at line ").next().unwrap_or(why).to_owned(),
    }
}
