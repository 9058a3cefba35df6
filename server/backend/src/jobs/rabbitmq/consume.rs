//! The worker's side: one channel for each queue, one message at a time.

use anyhow::bail;
use futures::{StreamExt, future::join_all};
use lapin::{
    Channel, Connection, Consumer,
    message::Delivery,
    options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, ConfirmSelectOptions},
    types::FieldTable,
};
use tokio_util::sync::CancellationToken;

use super::{
    super::Kind,
    RabbitSettings,
    answer::{answered, told},
    connect::connect,
    patience::Patience,
    queues::declare,
};
use crate::Backend;

/// Works off until `stop`; then finishes what is in hand.
pub(super) async fn consume(
    backend: &Backend,
    settings: &RabbitSettings,
    kinds: &'static [Kind],
    stop: &CancellationToken,
) {
    let mut patience = Patience::new();
    while !stop.is_cancelled() {
        let connection = match connect(settings, "rapport worker", kinds).await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::warn!("no jobs are worked off: {error:#}");
                patience.wait(stop).await;
                continue;
            }
        };
        patience.restore();
        let desk = |kind| Desk { backend, settings, kind, stop }.work(&connection);
        join_all(kinds.iter().map(desk)).await;
        // An error means that it is closed already.
        let _ = answered("leaving", connection.close(200, "stopped".into())).await;
    }
}

/// Where the jobs of one queue are worked off.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) backend: &'a Backend,
    pub(super) settings: &'a RabbitSettings,
    pub(super) kind: &'static Kind,
    pub(super) stop: &'a CancellationToken,
}

impl Desk<'_> {
    /// Until `stop`, or until the connection is lost.
    async fn work(self, connection: &Connection) {
        let mut patience = Patience::new();
        while !self.stop.is_cancelled() && connection.status().connected() {
            if let Err(error) = self.work_on_a_channel(connection, &mut patience).await {
                tracing::warn!(queue = self.kind.queue, "a queue was lost: {error:#}");
                patience.wait(self.stop).await;
            }
        }
    }

    async fn work_on_a_channel(self, connection: &Connection, patience: &mut Patience) -> anyhow::Result<()> {
        let opening = async {
            // Once more, in case somebody deleted one meanwhile.
            declare(connection, self.settings, std::slice::from_ref(self.kind)).await?;
            let channel = answered("opening a channel", connection.create_channel()).await?;
            let consumer = self.ask(&channel).await?;
            anyhow::Ok((channel, consumer))
        };
        let (channel, consumer) = tokio::select! {
            () = self.stop.cancelled() => return Ok(()),
            opened = opening => opened?,
        };
        let mut source = Source { channel: &channel, consumer, closed: false };
        while let Some(delivery) = source.next(self.stop).await? {
            self.hold(&mut source, &delivery).await?;
            patience.restore();
        }
        source.close().await?;
        answered("closing a channel", channel.close(200, "stopped".into())).await
    }

    async fn ask(self, channel: &Channel) -> anyhow::Result<Consumer> {
        let queue = self.settings.queue(self.kind.queue).into();
        let asking = async {
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            channel.basic_qos(1, BasicQosOptions::default()).await?;
            channel
                .basic_consume(queue, "".into(), BasicConsumeOptions::default(), FieldTable::default())
                .await
        };
        answered("asking for messages", asking).await
    }
}

/// Where one queue's messages come from, one at a time.
pub(super) struct Source<'c> {
    pub(super) channel: &'c Channel,
    consumer: Consumer,
    closed: bool,
}

impl Source<'_> {
    /// The next message; `None` when there will be no more, since `stop`.
    async fn next(&mut self, stop: &CancellationToken) -> anyhow::Result<Option<Delivery>> {
        if self.closed {
            return Ok(None);
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => Ok(None),
            next = self.consumer.next() => match next {
                Some(Ok(delivery)) => Ok(Some(delivery)),
                Some(Err(error)) => Err(told(error)),
                None => bail!("RabbitMQ sends no more"),
            },
        }
    }

    /// Ends when the message in hand is lost: nothing else comes while it is held.
    pub(super) async fn lost(&mut self) -> anyhow::Error {
        match self.consumer.next().await {
            Some(Err(error)) => told(error),
            Some(Ok(_)) | None => anyhow::anyhow!("RabbitMQ took a job back"),
        }
    }

    /// Has RabbitMQ send nothing more: what is settled afterwards brings no next message.
    pub(super) async fn close(&mut self) -> anyhow::Result<()> {
        if self.closed {
            return Ok(());
        }
        self.closed = true;
        let canceling = self.channel.basic_cancel(self.consumer.tag(), BasicCancelOptions::default());
        answered("asking for no more messages", canceling).await
    }
}
