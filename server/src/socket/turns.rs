//! Runs the work of one connection piece by piece, in the order in which it was given.

use tokio::sync::oneshot;

/// The end of the newest piece of work, which the next one waits for.
#[derive(Default)]
pub(super) struct Turns(Option<oneshot::Receiver<()>>);

impl Turns {
    /// Runs the work when everything that was given before has ended or was dropped.
    pub(super) fn in_turn<F: Future>(&mut self, work: F) -> impl Future<Output = F::Output> + use<F> {
        let (ended, end) = oneshot::channel::<()>();
        let before = self.0.replace(end);
        async move {
            // Dropped with this future, whether it ends or is dropped.
            let _ended = ended;
            if let Some(before) = before {
                let _ = before.await;
            }
            work.await
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};

    use super::*;

    #[tokio::test]
    async fn work_is_done_in_the_order_in_which_it_was_given() {
        let (mut turns, done) = (Turns::default(), Mutex::new(Vec::new()));
        let mut due = FuturesUnordered::<BoxFuture<'_, ()>>::new();
        for piece in 0..4_u32 {
            let done = &done;
            // The first takes the longest.
            let steps = 4 - piece;
            due.push(Box::pin(turns.in_turn(async move {
                for _ in 0..steps {
                    tokio::task::yield_now().await;
                }
                done.lock().unwrap().push(piece);
            })));
        }
        // One that is given up holds nobody up.
        drop(turns.in_turn(std::future::pending::<()>()));
        due.push(Box::pin(turns.in_turn(async {})));
        while due.next().await.is_some() {}
        assert_eq!(*done.lock().unwrap(), [0, 1, 2, 3]);
    }
}
