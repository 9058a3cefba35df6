//! The queues: one for each task, and one for each task's dead letters.

use anyhow::Context;
use lapin::{
    Channel, Connection,
    options::QueueDeclareOptions,
    types::{AMQPValue, FieldTable, LongString},
};

use super::{super::Kind, RabbitSettings, answer::answered};

/// Deliveries after which RabbitMQ itself makes a dead letter of a message: far beyond the tries of
/// any job, for a worker ends each job sooner, and with its reason. It is the same for every queue
/// and never changes, since a queue keeps what it was declared with.
const DELIVERY_LIMIT: i64 = 100;

pub(super) async fn declare(
    connection: &Connection,
    settings: &RabbitSettings,
    kinds: &[Kind],
) -> anyhow::Result<()> {
    if kinds.is_empty() {
        return Ok(());
    }
    let channel = answered("opening a channel", connection.create_channel()).await?;
    for kind in kinds {
        let (queue, dead) = (settings.queue(kind.queue), settings.dead_queue(kind.queue));
        declare_one(&channel, &dead, arguments([("x-queue-type", text("quorum"))])).await?;
        declare_one(&channel, &queue, of_a_task(&dead)).await?;
    }
    answered("closing a channel", channel.close(200, "done".into())).await
}

async fn declare_one(channel: &Channel, queue: &str, arguments: FieldTable) -> anyhow::Result<()> {
    let declared = channel.queue_declare(queue.into(), QueueDeclareOptions::durable(), arguments);
    answered("declaring a queue", declared).await.with_context(|| queue.to_owned())?;
    Ok(())
}

fn of_a_task(dead: &str) -> FieldTable {
    arguments([
        // Replicated where RabbitMQ is a cluster, counts deliveries, and puts what was handed back at
        // the head.
        ("x-queue-type", text("quorum")),
        // First in, first out needs one worker at a time; the others stand by.
        ("x-single-active-consumer", AMQPValue::Boolean(true)),
        ("x-delivery-limit", AMQPValue::LongLongInt(DELIVERY_LIMIT)),
        // The default exchange, which knows every queue by its name.
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text(dead)),
        // Without these two a dead letter may be lost on its way.
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
    ])
}

fn arguments<const N: usize>(pairs: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in pairs {
        table.insert(name.into(), value);
    }
    table
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value))
}
