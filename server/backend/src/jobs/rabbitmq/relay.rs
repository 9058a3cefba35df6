//! The relay: from the table to RabbitMQ, the first row of each queue at a time, as many relays as
//! there are workers. A row's lease makes it one relay's; it is struck off after RabbitMQ's
//! confirmation, so a relay that dies in between has it sent once more under the same number.

use anyhow::{Context, bail};
use futures::future::join_all;
use lapin::{Channel, Connection, options::ConfirmSelectOptions};
use tokio_util::sync::CancellationToken;

use super::{
    super::{Claimed, Kind, round::ROUND},
    RabbitSettings,
    answer::answered,
    connect::connect,
    message::properties,
    patience::Patience,
    publish::publish,
};
use crate::{Backend, failure::Outcome};

/// Relays until `stop`. While RabbitMQ is away the rows wait in the table.
pub(super) async fn relay(
    backend: &Backend,
    settings: &RabbitSettings,
    kinds: &[Kind],
    stop: &CancellationToken,
) {
    let queues: Vec<&str> = kinds.iter().map(|kind| kind.queue).collect();
    let relay = Relay { backend, settings, queues, stop };
    let mut patience = Patience::new();
    while !stop.is_cancelled() {
        let ended = match connect(settings, "rapport relay", kinds).await {
            Ok(connection) => relay.over(&connection, &mut patience).await,
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::warn!("jobs wait in the table: {error:#}");
            patience.wait(stop).await;
        }
    }
}

struct Relay<'a> {
    backend: &'a Backend,
    settings: &'a RabbitSettings,
    queues: Vec<&'a str>,
    stop: &'a CancellationToken,
}

impl Relay<'_> {
    /// Until `stop`, or until the connection is of no more use.
    async fn over(&self, connection: &Connection, patience: &mut Patience) -> anyhow::Result<()> {
        let channel = answered("opening a channel", connection.create_channel()).await?;
        let confirming = channel.confirm_select(ConfirmSelectOptions::default());
        answered("asking for confirmations", confirming).await?;
        while !self.stop.is_cancelled() {
            if !channel.status().connected() {
                bail!("{}: the connection is lost", self.settings);
            }
            match self.backend.jobs.table().claim(&self.queues).await {
                Ok(heads) if !heads.is_empty() => {
                    let moves = heads.iter().map(|job| self.carry(&channel, job));
                    join_all(moves).await.into_iter().collect::<anyhow::Result<()>>()?;
                    patience.restore();
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "no jobs could be claimed"),
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.backend.jobs.woken() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
        answered("leaving", connection.close(200, "stopped".into())).await
    }

    async fn carry(&self, channel: &Channel, job: &Claimed) -> anyhow::Result<()> {
        let table = self.backend.jobs.table();
        let body = job.payload.to_string();
        let queue = self.settings.queue(&job.queue);
        match publish(channel, &queue, body.as_bytes(), properties(job)).await {
            Ok(()) => {
                metrics::counter!("rapport_jobs_relayed_total", "queue" => job.queue.clone()).increment(1);
                noted(table.done(job).await, "a job was not struck off; it will be sent once more");
                Ok(())
            }
            Err(error) => {
                noted(table.release(job).await, "a job waits for the end of its lease");
                Err(error).with_context(|| self.settings.to_string())
            }
        }
    }
}

fn noted(written: Outcome<()>, otherwise: &'static str) {
    if let Err(error) = written {
        tracing::warn!(%error, "{otherwise}");
    }
}
