//! Serving: from what is composed and a listener to a graceful end.

use std::time::Duration;

use axum::Router;
use backend::{
    Backend,
    jobs::run_worker,
    message_log::{KafkaSettings, Store, run_store},
};
use model::wire::CloseCode;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    accept::{Accepting, accept},
    config::Proxies,
    connections::ConnectionLimits,
    http::{Patience, Web, ops, ops_state::OpsState, router},
};

/// How long sockets and messages on their way may take to end.
const DRAIN: Duration = Duration::from_secs(10);
/// Sockets are asked to leave in so many waves, one each …
const WAVES: usize = 10;
/// … so long after the other: the nodes they go to are not met by all at once.
const WAVE: Duration = Duration::from_millis(150);

/// What a process does besides serving people.
#[derive(Default)]
pub struct Besides {
    pub works: bool,
    pub stores: Option<(KafkaSettings, Store)>,
}

/// Serves people until `stop`, then drains: no new work, every message that was read is answered, every
/// client is told to come back, every job in hand is finished. What is logged and not stored yet is stored
/// after the next start.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    listener: TcpListener,
    web: Web,
    besides: Besides,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let tasks = TaskTracker::new();
    let backend = web.backend.clone();
    let mut background = background(&backend);
    let stored = CancellationToken::new();
    if besides.works {
        tasks.spawn(run_worker(backend.clone(), stop.clone()));
    }
    if let Some((settings, store)) = besides.stores {
        let stored = stored.clone();
        tasks.spawn(async move {
            if let Err(error) = run_store(&settings, store, stored).await {
                tracing::error!(error = format!("{error:#}"), "nothing is stored");
            }
        });
    }
    let drained = tokio::spawn(drain(web.clone(), stop.clone()));

    let accepting =
        Accepting { limits: web.connections, patience: web.patience, proxies: web.site.proxies.clone() };
    let connections = accept(listener, accepting, router(web), stop).await;
    if timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!("not every answer was fetched in time");
    }
    drained.await?;
    stored.cancel();
    tasks.close();
    if timeout(DRAIN, tasks.wait()).await.is_err() {
        // A job in hand is done again after the next start.
        tracing::warn!("not every job ended in time");
    }
    backend.bus.flush().await;
    background.abort_all();
    Ok(())
}

/// What goes on as long as people are served.
fn background(backend: &Backend) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(backend.hub.clone().run_beat());
    tasks.spawn(backend.clone().run_repair());
    // For one that died, here or elsewhere, before it told of what it had written.
    backend.bus.tell_gap();
    tasks.spawn(backend.clone().run_memberships());
    tasks.spawn(backend.clone().run_session_watch());
    let backend = backend.clone();
    tasks.spawn(async move { backend.hub.clone().run_presence(&backend.presence).await });
    tasks
}

/// A role's work, which may take [`DRAIN`] more to end once it was asked to stop: a database that does not answer is not
/// waited for. `None` if it did not end.
pub(crate) async fn in_time<T>(stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    let over = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        done = work => Some(done),
        () = over => {
            tracing::warn!("the work did not end in time");
            None
        }
    }
}

/// Does a role's work until it ends, and meanwhile answers what operators ask of it, if there is
/// a listener for them.
pub(crate) async fn supervise<T>(
    listener: Option<TcpListener>,
    limits: ConnectionLimits,
    ops: OpsState,
    work: impl Future<Output = T>,
) -> T {
    let stop = CancellationToken::new();
    let routes: Router = ops::routes(ops);
    let accepting = Accepting { limits, patience: Patience::default(), proxies: Proxies::default() };
    let asked = listener.map(|listener| accept(listener, accepting, routes, stop.clone()));
    let asked = asked.map(tokio::spawn);
    let done = work.await;
    stop.cancel();
    if let Some(asked) = asked {
        let _ = timeout(DRAIN, asked).await;
    }
    done
}

async fn drain(web: Web, stop: CancellationToken) {
    stop.cancelled().await;
    let hub = &web.backend.hub;
    let sockets = hub.sockets();
    tracing::info!(sockets, "shutting down");
    web.readiness.leave();
    hub.close_door();
    let wave = sockets.div_ceil(WAVES).max(1);
    while hub.close_some(CloseCode::Restarting, wave) {
        tokio::time::sleep(WAVE).await;
    }
    let idle = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while hub.sockets() > 0 || !web.backend.log.is_idle() {
            look.tick().await;
            // For those whose upgrade was under way.
            hub.close_some(CloseCode::Restarting, usize::MAX);
        }
    };
    if timeout(DRAIN, idle).await.is_err() {
        tracing::warn!("not everybody left in time");
    }
}
