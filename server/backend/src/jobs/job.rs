//! What a job is.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Backend, failure::Failure, mail::MailError};

/// A small struct of ids. It runs at least once, so running it twice must do no more than once.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The queue it waits in, and its name in the table: a payload of another form needs another.
    const QUEUE: &'static str;
    /// Tries before it is given up.
    const MAX_ATTEMPTS: i32;

    fn run(self, backend: &Backend) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// What a failed job asks for. The reason is for the operator: no secrets, no message text.
#[derive(Debug)]
pub enum JobError {
    /// Trying again may help.
    Retry(String),
    /// It never will.
    GiveUp(String),
}

impl<E: Into<Failure>> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::Retry(error.into().to_string())
    }
}

impl From<MailError> for JobError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Refused(_) => Self::GiveUp(error.to_string()),
            MailError::Failed(_) => Self::Retry(error.to_string()),
        }
    }
}
