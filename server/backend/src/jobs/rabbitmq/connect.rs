//! A connection on which every queue there is has been declared.

use anyhow::{Context, anyhow};
use lapin::{Connection, ConnectionProperties};

use super::{
    super::Kind,
    RabbitSettings,
    answer::{WITHIN, told},
    queues::declare,
};

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
