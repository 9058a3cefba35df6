use std::fmt;

use uuid::Uuid;

/// Names a mail: what kind, about whom, and which one of them. Safe as the name of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MailId {
    kind: &'static str,
    about: Uuid,
    number: i32,
}

impl MailId {
    /// `kind` is a word of small letters.
    pub const fn new(kind: &'static str, about: Uuid, number: i32) -> Self {
        Self { kind, about, number }
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.kind, self.about, self.number)
    }
}
