//! From what went wrong inside to what a caller is told: the details go to the log once, here.

use model::{Code, Error};

/// Anything a use case can meet: a refusal meant for people, or a failure of ours.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Refused(#[from] Error),
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
    #[error("no database connection: {0}")]
    Connection(#[from] diesel_async::pooled_connection::bb8::RunError),
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

pub type Outcome<T> = std::result::Result<T, Failure>;

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
            Failure::Database(diesel::result::Error::NotFound) => Self::not_found("thing"),
            other => {
                tracing::error!(error = %other, "a request failed");
                metrics::counter!("rapport_failures_total").increment(1);
                Self::new(Code::Unavailable, "The server cannot do this right now. Please try again.")
            }
        }
    }
}

/// The unique constraint that a statement ran into, if it was one.
pub fn violated(error: &diesel::result::Error) -> Option<&str> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match error {
        DatabaseError(UniqueViolation, info) => info.constraint_name(),
        _ => None,
    }
}

/// What is wrong with JSON and where, without the value in question: it may be what somebody wrote.
pub(crate) fn unreadable(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "of another form",
        serde_json::error::Category::Syntax => "no JSON",
        serde_json::error::Category::Eof => "broken off",
        serde_json::error::Category::Io => "not to be had",
    };
    match error.line() {
        0 => kind.to_owned(),
        line => format!("{kind} at line {line} column {}", error.column()),
    }
}
