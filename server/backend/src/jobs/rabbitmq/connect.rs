//! A connection on which every queue there is has been declared.

use std::time::Duration;

use anyhow::{Context, anyhow};
use lapin::{Connection, ConnectionProperties, ErrorKind, protocol::AMQPErrorKind};

use super::{super::Kind, RabbitSettings, queues::declare};

/// Shorter than a row's lease.
pub(super) const WITHIN: Duration = Duration::from_secs(10);

/// `name` is what operators see in RabbitMQ's list of connections.
pub(super) async fn connect(
    settings: &RabbitSettings,
    name: &'static str,
    kinds: &[Kind],
) -> anyhow::Result<Connection> {
    let connecting = async {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let connection = Connection::connect_uri(settings.uri(), properties).await.map_err(told)?;
        declare(&connection, settings, kinds).await?;
        anyhow::Ok(connection)
    };
    match tokio::time::timeout(WITHIN, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(anyhow!("no answer within {} seconds", WITHIN.as_secs())),
    }
    .with_context(|| settings.to_string())
}

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
