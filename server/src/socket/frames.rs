//! What a client's text means, and what is answered when it means nothing.

use model::{
    Code, Error, MessageId, RoomId,
    wire::{ClientFrame, CloseCode, ServerFrame},
};
use serde_json::Value;

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
    if !text.trim_start().starts_with('{') {
        return match serde_json::from_str::<Value>(text) {
            Ok(_) => Ok(Read::Malformed(error("A frame is a JSON object."))),
            Err(_) => Err(CloseCode::BadFrame.into()),
        };
    }
    match serde_json::from_str(text) {
        Ok(ClientFrame::Unknown) => {
            Ok(Read::Unknown(error("This server does not know frames of this type.")))
        }
        Ok(frame) => Ok(Read::Frame(frame)),
        Err(why) if why.is_data() => Ok(Read::Malformed(refuse(text, &why.to_string()))),
        // Half a character, as some clipboards give it: JSON by its grammar, but not Unicode.
        Err(_) => match whole_characters(text) {
            Some(text) => Ok(Read::Malformed(refuse(&text, "The text holds half a character."))),
            None => Err(CloseCode::BadFrame.into()),
        },
    }
}

/// The refusal of a frame: a message's sender is told by its id wherever that can be read, or the
/// message would wait for ever.
fn refuse(text: &str, why: &str) -> ServerFrame {
    let Ok(frame) = serde_json::from_str::<Value>(text) else { return error(why) };
    let about = frame["type"].as_str();
    let room = parsed::<RoomId>(&frame["room"]);
    if let (Some("send"), Some(room), Some(id)) = (about, room, parsed::<MessageId>(&frame["id"])) {
        return ServerFrame::Rejected { room, id, error: Error::invalid("body", sentence(why)), log: None };
    }
    ServerFrame::Error {
        error: Error::new(Code::Malformed, sentence(why)),
        about: about.map(|about| about.chars().take(32).collect()),
        room,
    }
}

fn parsed<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

fn error(why: &str) -> ServerFrame {
    ServerFrame::Error { error: Error::new(Code::Malformed, why), about: None, room: None }
}

/// The parser's words without those about our types.
fn sentence(why: &str) -> String {
    match why.contains("internally tagged") {
        true => "A frame is a JSON object with a type.".to_owned(),
        false => why.split(" at line ").next().unwrap_or(why).to_owned(),
    }
}

/// The text with every escape of half a character replaced, if it had any and is JSON then.
fn whole_characters(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        mended.push_str(before);
        let unit = |text: &str| {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let (kept, next) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (&escape[..12], &escape[12..]),
            (Some(0xD800..=0xDFFF), _) => ("\\uFFFD", &escape[6..]),
            // Any other escape: the backslash and what it escapes.
            _ => {
                let end = escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end);
                escape.split_at(end)
            }
        };
        mended.push_str(kept);
        rest = next;
    }
    mended.push_str(rest);
    (mended != text && serde_json::from_str::<Value>(&mended).is_ok()).then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_found_and_wholes_are_left_alone() {
        assert_eq!(whole_characters(r#"{"a":"\ud83d\ude00"}"#), None);
        assert_eq!(whole_characters(r#"{"a":"x\ud83d"}"#).unwrap(), r#"{"a":"x\uFFFD"}"#);
        assert_eq!(whole_characters(r#"{"a":"\\ud83d"}"#), None, "an escaped backslash");
        assert_eq!(whole_characters(r#"{"a":"\ud83d"#), None, "not JSON in any case");
    }
}
