//! Why a connection ends, as a close frame.

use axum::extract::ws::CloseFrame;
use model::wire::CloseCode;
use tokio_tungstenite::tungstenite;

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client is gone: nothing is left to say.
    Gone,
    /// The client sent a close frame. The library has an answer to it ready, which goes out while the rest of
    /// the connection is read.
    Closed,
    /// One of ours.
    Code(CloseCode),
    /// The client broke the WebSocket protocol itself: a code of RFC 6455.
    Protocol(u16, &'static str),
}

impl From<CloseCode> for End {
    fn from(code: CloseCode) -> Self {
        Self::Code(code)
    }
}

impl End {
    /// What reading failed with.
    pub(super) fn from_read(error: axum::Error) -> Self {
        use tungstenite::Error;
        match error.into_inner().downcast_ref::<Error>() {
            Some(Error::Capacity(_)) => Self::Protocol(1009, "frame too big"),
            Some(Error::Utf8(_)) => Self::Protocol(1007, "text is not UTF-8"),
            Some(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => {
                Self::Gone
            }
            Some(Error::Protocol(_)) => Self::Protocol(1002, "protocol error"),
            _ => Self::Gone,
        }
    }

    pub(super) fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone | Self::Closed => return None,
            Self::Code(code) => (code.code(), code.reason()),
            Self::Protocol(code, reason) => (code, reason),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}
