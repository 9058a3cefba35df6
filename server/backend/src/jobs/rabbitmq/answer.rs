//! Waits for RabbitMQ's answers, and puts its refusals into words.

use std::time::Duration;

use anyhow::{Context, anyhow};
use lapin::{ErrorKind, protocol::AMQPErrorKind};

/// Shorter than a row's lease.
pub(super) const WITHIN: Duration = Duration::from_secs(10);

/// Waits for RabbitMQ's answer. It may owe one for good: after a crash of its own, for one.
pub(super) async fn answered<T>(
    asked: &'static str,
    answer: impl Future<Output = lapin::Result<T>>,
) -> anyhow::Result<T> {
    match tokio::time::timeout(WITHIN, answer).await {
        Ok(answer) => answer.map_err(told).context(asked),
        Err(_) => Err(anyhow!("{asked}: no answer within {} seconds", WITHIN.as_secs())),
    }
}

/// An error in words for the operator. The library's own begin with the names of its variants.
pub(super) fn told(error: lapin::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::ProtocolError(refusal) => match refusal.kind() {
            AMQPErrorKind::Soft(_) | AMQPErrorKind::Hard(_) => anyhow!("{}", refusal.get_message()),
        },
        ErrorKind::IOError(error) => anyhow!("{error}"),
        _ => anyhow!("{error}"),
    }
}
