//! Group commit: what arrives while one commit runs forms the next. One disk flush then serves
//! many, and a single item never waits for company.
//!
//! Under load a fast disk would make many small commits. So after a commit of several items the next
//! waits until `pace` has passed since that one began: a bounded wait, and none for who is alone.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};

/// A queue in front of a commit. Items are committed in the order they were submitted.
pub struct GroupCommit<I, O> {
    queue: mpsc::Sender<(I, oneshot::Sender<O>)>,
    /// Submitted and not yet answered: those of the commit in hand have left the queue.
    unanswered: Arc<AtomicUsize>,
}

/// The queue is full, or the process is shutting down.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

impl<I: Send + 'static, O: Send + 'static> GroupCommit<I, O> {
    /// Starts the committer. `waiting` items may queue; `batch` is the largest commit; `pace` is the
    /// time between the beginnings of two commits under load. `commit` answers each item, in order.
    pub fn start<F>(
        waiting: usize,
        batch: usize,
        pace: Duration,
        mut commit: impl FnMut(Vec<I>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Vec<O>> + Send,
    {
        let (queue, mut submitted) = mpsc::channel(waiting);
        let unanswered = Arc::new(AtomicUsize::new(0));
        let left = unanswered.clone();
        tokio::spawn(async move {
            let mut next: Vec<(I, oneshot::Sender<O>)> = Vec::new();
            while submitted.recv_many(&mut next, batch).await > 0 {
                let (began, gathered) = (Instant::now(), next.len());
                let (items, answers): (Vec<I>, Vec<_>) = next.drain(..).unzip();
                for (outcome, answer) in commit(items).await.into_iter().zip(answers) {
                    // Nobody waits any more: the outcome stands all the same.
                    let _ = answer.send(outcome);
                    left.fetch_sub(1, Ordering::Relaxed);
                }
                if gathered > 1 {
                    sleep_until(began + pace).await;
                }
            }
        });
        Self { queue, unanswered }
    }

    /// Takes a place in the queue at once; the answer comes when the item's commit is done.
    pub fn submit(&self, item: I) -> Result<impl Future<Output = Result<O, Full>> + Send + use<I, O>, Full> {
        let (answer, outcome) = oneshot::channel();
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send((item, answer)).is_err() {
            self.unanswered.fetch_sub(1, Ordering::Relaxed);
            return Err(Full);
        }
        Ok(async move { outcome.await.map_err(|_| Full) })
    }

    /// Whether everything submitted has been committed.
    pub fn is_idle(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) == 0
    }
}
