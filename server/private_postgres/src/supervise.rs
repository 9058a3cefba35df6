//! Keeping a private server alive.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{PrivatePostgres, postmaster};

const LOG_CHECK: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl PrivatePostgres {
    /// Starts the server again whenever it ends, until `end`; then stops it and waits for that.
    ///
    /// # Errors
    /// It does not stop.
    pub async fn supervise(mut self, end: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                biased;
                () = end.cancelled() => return self.stop().await,
                () = self.postmaster.exited() => {}
                () = sleep(LOG_CHECK) => {
                    self.cluster.log().bound();
                    continue;
                }
            }
            tracing::error!("PostgreSQL has ended; starting it again");
            tokio::select! {
                () = end.cancelled() => return postmaster::stop_found(&self.cluster).await,
                () = self.revive() => tracing::info!("PostgreSQL answers again"),
            }
        }
    }

    async fn revive(&mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match postmaster::acquire(&self.cluster).await {
                Ok((postmaster, _)) => {
                    self.postmaster = postmaster;
                    return;
                }
                Err(error) => tracing::error!(error = format!("{error:#}"), "PostgreSQL is not back"),
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
