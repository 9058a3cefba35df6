//! What a client's text means.

use model::{Body, Code, Error, wire::ClientFrame};

use super::close::End;
use model::wire::CloseCode;

/// A text as far as it can be read.
pub(super) enum Read {
    Frame(ClientFrame),
    /// JSON, but not a frame of this protocol: answered, and the connection goes on.
    Malformed(Error),
}

/// Reads a client's text.
///
/// # Errors
/// It is not JSON: whoever speaks here does not speak this protocol.
pub(super) fn read(text: &str) -> Result<Read, End> {
    match serde_json::from_str(text) {
        Ok(ClientFrame::Unknown) => {
            Ok(Read::Malformed(Error::new(Code::Malformed, "This server does not know frames of this type.")))
        }
        Ok(frame) => Ok(Read::Frame(frame)),
        Err(error) if error.is_data() => Ok(Read::Malformed(Error::new(Code::Malformed, error.to_string()))),
        Err(_) => Err(CloseCode::BadFrame.into()),
    }
}

/// The text of a message, or why it may not be sent.
pub(super) fn body(text: String) -> Result<Body, Error> {
    Body::new(text)
}
