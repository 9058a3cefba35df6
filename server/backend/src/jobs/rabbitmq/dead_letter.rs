//! The end of a job that was given up: recorded in the database and in the task's dead-letter queue,
//! and only then taken from its own.

use chrono::TimeDelta;
use lapin::{Channel, message::Delivery};

use super::{
    consume::Desk,
    hold::Settlement,
    message::{Carried, dead},
    patience::Patience,
    publish::publish,
};
use crate::failure::Outcome;

impl Desk<'_> {
    pub(super) async fn bury(
        self,
        job: &Carried,
        channel: &Channel,
        delivery: &Delivery,
        reason: &str,
    ) -> anyhow::Result<Settlement> {
        let mut patience = Patience::new();
        while let Err(error) = self.record(job, reason).await {
            tracing::warn!(job = job.id, queue = job.queue, %error, "a dead job could not be written down yet");
            if self.stop.is_cancelled() {
                return Ok(Settlement::Back(TimeDelta::zero()));
            }
            patience.wait(self.stop).await;
        }
        self.mark(channel, delivery, Some(job.attempt), reason).await
    }

    /// For a message that is no job: there is nothing to write into the database.
    pub(super) async fn refuse(
        self,
        channel: &Channel,
        delivery: &Delivery,
        reason: &str,
    ) -> anyhow::Result<Settlement> {
        tracing::error!(queue = self.kind.queue, reason, "a message was given up");
        self.mark(channel, delivery, None, reason).await
    }

    async fn record(self, job: &Carried, reason: &str) -> Outcome<()> {
        let table = self.backend.jobs.table();
        table.record_dead(job, reason).await?;
        table.strike_off(job).await
    }

    async fn mark(
        self,
        channel: &Channel,
        delivery: &Delivery,
        attempt: Option<i32>,
        reason: &str,
    ) -> anyhow::Result<Settlement> {
        let queue = self.settings.dead_queue(self.kind.queue);
        publish(channel, &queue, &delivery.data, dead(delivery, attempt, reason)).await?;
        Ok(Settlement::Gone)
    }
}
