//! A message in hand: run its job, and settle what became of it.

use std::time::Duration;

use chrono::TimeDelta;
use lapin::{
    message::Delivery,
    options::{BasicAckOptions, BasicNackOptions},
};

use super::{
    super::{
        JobError,
        run::{Verdict, attempt},
    },
    answer::answered,
    consume::{Desk, Source},
    message::Carried,
    patience::Patience,
};

/// Deliveries beyond a job's tries that may end without a word of their worker. Not all of those were
/// tries: a message is also counted when its worker is restarted while it waits.
const DEATHS: i32 = 5;
const DATABASE_ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// What is done with a message.
pub(super) enum Settlement {
    /// It is over and gone.
    Gone,
    /// Back to the head of its queue, after a wait.
    Back(TimeDelta),
}

impl Desk<'_> {
    /// Runs the job of a message and settles it.
    ///
    /// # Errors
    /// The message is not ours any more: RabbitMQ gives it out again.
    pub(super) async fn hold(self, source: &mut Source<'_>, delivery: &Delivery) -> anyhow::Result<()> {
        let channel = source.channel;
        let settlement = tokio::select! {
            settlement = async {
                match Carried::read(self.kind.queue, delivery) {
                    Ok(job) => self.run(&job, channel, delivery).await,
                    Err(reason) => self.refuse(channel, delivery, &reason).await,
                }
            } => settlement?,
            // The work is dropped: another worker may have begun it by now.
            lost = source.lost() => return Err(lost),
        };
        self.settle(source, delivery, settlement).await
    }

    async fn run(
        self,
        job: &Carried,
        channel: &lapin::Channel,
        delivery: &Delivery,
    ) -> anyhow::Result<Settlement> {
        let Some(verdict) = self.verdict(job).await else { return Ok(Settlement::Back(TimeDelta::zero())) };
        verdict.tell(self.kind, job.id, job.attempt);
        match verdict {
            Verdict::Done => {
                // Its row is still there if the relay died before it struck it off.
                if let Err(error) = self.backend.jobs.table().strike_off(job).await {
                    tracing::warn!(job = job.id, %error, "a finished job may still stand in the table");
                }
                Ok(Settlement::Gone)
            }
            Verdict::Again(wait, _) => Ok(Settlement::Back(wait)),
            Verdict::Dead(reason) => self.bury(job, channel, delivery, &reason).await,
        }
    }

    /// How the job went; `None` if it was asked to stop before it went at all.
    async fn verdict(self, job: &Carried) -> Option<Verdict> {
        if job.attempt > self.kind.max_attempts + DEATHS {
            return Some(Verdict::Dead("the worker died at each try".to_owned()));
        }
        loop {
            // Nearly every job needs the database: without it a try would be wasted.
            if !self.database().await {
                return None;
            }
            let result = attempt(self.backend, self.kind, &job.payload).await;
            if let Err(JobError::Retry(reason)) = &result
                && !self.backend.database_answers(DATABASE_ANSWERS_WITHIN).await
            {
                tracing::warn!(job = job.id, queue = job.queue, reason, "a job waits for the database");
                continue;
            }
            return Some(Verdict::of(self.kind, job.attempt, result));
        }
    }

    /// Waits until the database answers; `false` if asked to stop before it did.
    async fn database(self) -> bool {
        let mut patience = Patience::new();
        while !self.backend.database_answers(DATABASE_ANSWERS_WITHIN).await {
            if self.stop.is_cancelled() {
                return false;
            }
            patience.wait(self.stop).await;
        }
        true
    }

    async fn settle(
        self,
        source: &mut Source<'_>,
        delivery: &Delivery,
        settlement: Settlement,
    ) -> anyhow::Result<()> {
        if let Settlement::Back(wait) = settlement {
            tokio::select! {
                () = tokio::time::sleep(wait.to_std().unwrap_or_default()) => {}
                () = self.stop.cancelled() => {}
                lost = source.lost() => return Err(lost),
            }
        }
        if self.stop.is_cancelled() {
            source.close().await?;
        }
        let settled = async {
            match settlement {
                Settlement::Gone => delivery.ack(BasicAckOptions::default()).await,
                Settlement::Back(_) => {
                    delivery.nack(BasicNackOptions { multiple: false, requeue: true }).await
                }
            }
        };
        answered("settling a job", settled).await?;
        Ok(())
    }
}
