//! The list of jobs that a worker knows.

use futures::future::BoxFuture;
use serde_json::Value;

use super::{
    CleanChanges, CleanRegistrations, CleanSessions, Job, JobError, SendExistingAccount, SendVerification,
    SendWelcome,
};
use crate::{Backend, failure::unreadable};

/// A [`Job`] with its type erased.
#[derive(Clone, Copy)]
pub struct Kind {
    pub queue: &'static str,
    pub max_attempts: i32,
    pub(super) run: fn(Backend, Value) -> BoxFuture<'static, Result<(), JobError>>,
}

/// Every job there is. A worker leaves the queues it does not know to newer programs.
pub static KINDS: [Kind; 6] = [
    Kind::of::<SendVerification>(),
    Kind::of::<SendExistingAccount>(),
    Kind::of::<SendWelcome>(),
    Kind::of::<CleanRegistrations>(),
    Kind::of::<CleanSessions>(),
    Kind::of::<CleanChanges>(),
];

impl Kind {
    pub const fn of<J: Job>() -> Self {
        Self { queue: J::QUEUE, max_attempts: J::MAX_ATTEMPTS, run: run::<J> }
    }
}

fn run<J: Job>(backend: Backend, payload: Value) -> BoxFuture<'static, Result<(), JobError>> {
    Box::pin(async move {
        let job: J = serde_json::from_value(payload)
            .map_err(|error| JobError::GiveUp(format!("unreadable payload: {}", unreadable(&error))))?;
        job.run(&backend).await
    })
}
