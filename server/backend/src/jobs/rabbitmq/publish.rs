//! Publishing that ends when RabbitMQ has the message for good.

use anyhow::bail;
use lapin::{BasicProperties, Channel, Confirmation, options::BasicPublishOptions};

use super::answer::answered;

/// Puts a message into a queue. The channel confirms.
///
/// # Errors
/// It is not certain that the message is there.
pub(super) async fn publish(
    channel: &Channel,
    queue: &str,
    body: &[u8],
    properties: BasicProperties,
) -> anyhow::Result<()> {
    // Mandatory: a queue that somebody deleted sends it back instead of losing it.
    let options = BasicPublishOptions { mandatory: true, immediate: false };
    let publishing =
        async { channel.basic_publish("".into(), queue.into(), options, body, properties).await?.await };
    match answered("waiting for a confirmation", publishing).await? {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) => bail!("there is no queue {queue}"),
        Confirmation::Nack(_) | Confirmation::NotRequested => {
            bail!("RabbitMQ did not take a message for the queue {queue}")
        }
    }
}
