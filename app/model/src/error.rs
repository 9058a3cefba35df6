//! The one error a client meets: a code for programs, a sentence for people.

use std::fmt;

use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, chosen by what the caller can do about it. Codes are stable; new ones may
/// come, so a client treats an unknown code like [`Code::Unavailable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A field breaks a rule; `field` names it. Correct it and try again.
    Invalid,
    /// The name asked for belongs to somebody. Choose another.
    Taken,
    /// Not signed in, or no longer. Sign in.
    SignedOut,
    /// Unknown account or wrong password; which of the two is not told.
    WrongCredentials,
    /// The e-mailed code is wrong, used, expired or tried too often.
    WrongCode,
    /// No such thing, or not for you to know.
    NotFound,
    /// You may not do this.
    Forbidden,
    /// The id, of a message or a group, was used before with other content or by others. The first one stands.
    IdConflict,
    /// Too many; wait `retry_after` milliseconds.
    RateLimited,
    /// The request is not of the documented form.
    Malformed,
    /// The server cannot do this right now. Try again: what changes something may have been done all the same.
    #[serde(other)]
    Unavailable,
}

impl Code {
    /// The HTTP status that goes with the code.
    pub fn status(self) -> u16 {
        match self {
            Self::Invalid => 422,
            Self::Taken | Self::IdConflict => 409,
            Self::SignedOut | Self::WrongCredentials => 401,
            Self::WrongCode | Self::Malformed => 400,
            Self::NotFound => 404,
            Self::Forbidden => 403,
            Self::RateLimited => 429,
            Self::Unavailable => 503,
        }
    }

    /// The same request may succeed later.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable)
    }
}

/// An error as it travels: `{"code":"invalid","message":"…","field":"username"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    pub code: Code,
    /// A sentence for people; its wording may change.
    pub message: String,
    /// The argument at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Milliseconds to wait before another try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, retry_after: None }
    }

    /// A field breaks a rule; `message` says which, in words.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Code::Invalid, message) }
    }

    pub fn taken(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Code::Taken, message) }
    }

    pub fn signed_out() -> Self {
        Self::new(Code::SignedOut, "Please sign in.")
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, message)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// `wait`: milliseconds.
    pub fn rate_limited(wait: u32) -> Self {
        let seconds = wait.div_ceil(1000).max(1);
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let message = format!("That was too often. Try again in {seconds} {unit}.");
        Self { retry_after: Some(wait), ..Self::new(Code::RateLimited, message) }
    }

    pub fn unavailable() -> Self {
        Self::new(Code::Unavailable, "The server cannot do this right now. Please try again.")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
