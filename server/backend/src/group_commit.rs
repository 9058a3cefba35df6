//! Group commit: what arrives while one commit runs forms the next. One disk flush then serves
//! many, and a single item never waits for company.

use std::future::Future;

use tokio::sync::{mpsc, oneshot};

/// A queue in front of a commit. Items are committed in the order they were submitted.
pub struct GroupCommit<I, O> {
    queue: mpsc::Sender<(I, oneshot::Sender<O>)>,
}

/// The queue is full, or the process is shutting down.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

impl<I: Send + 'static, O: Send + 'static> GroupCommit<I, O> {
    /// Starts the committer. `waiting` items may queue; `batch` is the largest commit. `commit`
    /// answers each item, in order.
    pub fn start<F>(
        waiting: usize,
        batch: usize,
        mut commit: impl FnMut(Vec<I>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Vec<O>> + Send,
    {
        let (queue, mut submitted) = mpsc::channel(waiting);
        tokio::spawn(async move {
            let mut next: Vec<(I, oneshot::Sender<O>)> = Vec::new();
            while submitted.recv_many(&mut next, batch).await > 0 {
                let (items, answers): (Vec<I>, Vec<_>) = next.drain(..).unzip();
                for (outcome, answer) in commit(items).await.into_iter().zip(answers) {
                    // Nobody waits any more: the outcome stands all the same.
                    let _ = answer.send(outcome);
                }
            }
        });
        Self { queue }
    }

    /// Takes a place in the queue at once; the answer comes when the item's commit is done.
    pub fn submit(&self, item: I) -> Result<impl Future<Output = Result<O, Full>> + Send + use<I, O>, Full> {
        let (answer, outcome) = oneshot::channel();
        self.queue.try_send((item, answer)).map_err(|_| Full)?;
        Ok(async move { outcome.await.map_err(|_| Full) })
    }

    /// Whether everything submitted has been committed.
    pub fn is_idle(&self) -> bool {
        self.queue.capacity() == self.queue.max_capacity()
    }
}
