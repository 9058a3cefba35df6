//! Serving: from a composed backend and a listener to a graceful end.

use std::time::Duration;

use backend::jobs::run_worker;
use model::wire::CloseCode;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    accept::accept,
    http::{Web, router},
};

/// How long sockets and messages on their way may take to end.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until `stop`, then drains: no new work, every message that was read is answered, every
/// client is told to come back, every job in hand is finished.
///
/// # Errors
/// The listener failed.
pub async fn serve(listener: TcpListener, web: Web, stop: CancellationToken) -> anyhow::Result<()> {
    let tasks = TaskTracker::new();
    let hub = web.backend.hub.clone();
    let beat = tokio::spawn(hub.clone().run_beat());
    tasks.spawn(run_worker(web.backend.clone(), stop.clone()));
    tasks.spawn(drain(web.clone(), stop.clone()));

    let connections = accept(listener, web.patience, router(web), stop).await;
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!("not every answer was fetched in time");
    }
    tasks.close();
    tasks.wait().await;
    beat.abort();
    Ok(())
}

async fn drain(web: Web, stop: CancellationToken) {
    stop.cancelled().await;
    tracing::info!(sockets = web.backend.hub.sockets(), "shutting down");
    web.readiness.leave();
    web.backend.hub.close_all(CloseCode::Restarting);
    let idle = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while web.backend.hub.sockets() > 0 || !web.backend.log.is_idle() {
            look.tick().await;
            // For those whose upgrade was under way.
            web.backend.hub.close_all(CloseCode::Restarting);
        }
    };
    if tokio::time::timeout(DRAIN, idle).await.is_err() {
        tracing::warn!("not everybody left in time");
    }
}
