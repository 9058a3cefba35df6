//! Group commit: what arrives while one commit runs forms the next. One disk flush then serves
//! many, and a single item never waits for company.
//!
//! Under load a fast disk would make many small commits. So after a commit of several items the next
//! waits until `pace` has passed since that one began: a bounded wait, and none for who is alone.
//!
//! A commit has two halves: it takes the items' places in the order, then it learns what became of
//! each. The second half is each submitter's own to wait for: the next commit begins meanwhile, and no
//! item waits for the outcome of another.

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

/// A queue in front of a commit. Items are committed in the order they were submitted. `G` is a future
/// of an item's outcome.
pub struct GroupCommit<I, G> {
    queue: mpsc::Sender<(I, oneshot::Sender<G>)>,
    /// Submitted, and not committed yet: those of the commit in hand have left the queue.
    waiting: Arc<AtomicUsize>,
}

/// The queue is full, or the process is shutting down.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

impl<I: Send + 'static, G: Future + Send + 'static> GroupCommit<I, G> {
    /// Starts the committer. `waiting` items may queue; `batch` is the largest commit; `pace` is the
    /// time between the beginnings of two commits under load. `commit` is done when the items have
    /// their places in the order; it answers with a future of each item's outcome, in order.
    pub fn start<F>(
        waiting: usize,
        batch: usize,
        pace: Duration,
        mut commit: impl FnMut(Vec<I>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Vec<G>> + Send,
    {
        let (queue, mut submitted) = mpsc::channel(waiting);
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = waiting.clone();
        tokio::spawn(async move {
            let mut next: Vec<(I, oneshot::Sender<G>)> = Vec::new();
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
        Self { queue, waiting }
    }

    /// Takes a place in the queue at once; the outcome comes when the item is committed, and need not
    /// be waited for.
    pub fn submit(
        &self,
        item: I,
    ) -> Result<impl Future<Output = Result<G::Output, Full>> + Send + use<I, G>, Full>
    where
        G::Output: Send,
    {
        let (answer, outcome) = oneshot::channel();
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send((item, answer)).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Full);
        }
        Ok(async move { Ok(outcome.await.map_err(|_| Full)?.await) })
    }

    /// Whether everything submitted has its place in the order.
    pub fn is_idle(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) == 0
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    /// Fails when a commit, or an item, waits for the outcome of the one before it.
    #[tokio::test]
    async fn nobody_waits_for_the_outcome_of_another() {
        let (tell, told) = oneshot::channel::<u32>();
        let mut told = Some(told);
        let queue = GroupCommit::start(10, 2, Duration::ZERO, move |items: Vec<u32>| {
            let outcome = |item| {
                let late = if item == 1 { told.take() } else { None };
                async move {
                    match late {
                        Some(late) => late.await.expect("told"),
                        None => item,
                    }
                }
            };
            ready(items.into_iter().map(outcome).collect())
        });
        let [first, second, third] = [1, 2, 3].map(|item| queue.submit(item).expect("room"));
        let first = tokio::spawn(first);
        assert_eq!((second.await, third.await), (Ok(2), Ok(3)));
        assert!(!first.is_finished());
        assert!(queue.is_idle());
        tell.send(7).expect("somebody waits");
        assert_eq!(first.await.expect("no panic"), Ok(7));
    }
}
