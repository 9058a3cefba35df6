//! Jobs over RabbitMQ. A relay moves rows of the table to a durable queue for each task, and a row is
//! struck off when RabbitMQ has confirmed that it is on disk. One worker at a time gets a queue's
//! messages, one message at a time, and acknowledges it when the outcome is settled.
//!
//! A try that failed is a delivery that is handed back: RabbitMQ puts it at the head again and counts
//! it, so no later job overtakes and no try is forgotten when a worker dies. What is given up is
//! recorded twice: in the table `dead_jobs`, so that there is one place to look whatever carries the
//! jobs, and in the task's dead-letter queue, where whoever runs RabbitMQ looks and where RabbitMQ
//! itself puts what it will not deliver any more.

mod answer;
mod connect;
mod consume;
mod dead_letter;
mod hold;
mod message;
mod patience;
mod publish;
mod queues;
mod relay;
mod settings;

use tokio_util::sync::CancellationToken;

pub(super) use message::Carried;
pub use settings::RabbitSettings;

use super::Kind;
use crate::Backend;

/// Relays and works off until `stop`; then finishes the jobs in hand. A RabbitMQ that is away is
/// asked again and again.
pub(super) async fn work(
    backend: &Backend,
    settings: &RabbitSettings,
    kinds: &'static [Kind],
    stop: &CancellationToken,
) {
    tokio::join!(
        relay::relay(backend, settings, kinds, stop),
        consume::consume(backend, settings, kinds, stop)
    );
}
