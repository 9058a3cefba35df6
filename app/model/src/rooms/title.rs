//! What a group is called.

use crate::{
    error::{Error, Result},
    limits::TITLE_CHARS,
    visible::something_to_see,
};

/// A group's title: with something to see, at most [`TITLE_CHARS`] long, and on one line, with
/// single spaces. The server asks for more (`backend::names`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// # Errors
    /// `invalid`, field `title`, with what is wrong.
    pub fn new(text: &str) -> Result<Self> {
        let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fail = |message: String| Err(Error::invalid("title", message));
        if !something_to_see(&title) {
            return fail("Give the group a name.".into());
        }
        if title.chars().any(char::is_control) {
            return fail("Use letters, digits and punctuation only.".into());
        }
        if title.chars().count() > TITLE_CHARS {
            return fail(format!("Use at most {TITLE_CHARS} characters."));
        }
        Ok(Self(title))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
