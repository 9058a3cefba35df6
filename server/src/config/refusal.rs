//! A setting that cannot be.

use std::fmt::Display;

/// Names the setting and says what is wrong with it, in one sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    setting: String,
    reason: String,
}

impl Refusal {
    pub(crate) fn new(setting: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { setting: setting.into(), reason: reason.into() }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.setting, self.reason)
    }
}

impl std::error::Error for Refusal {}
