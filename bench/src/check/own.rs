//! What the checker starts itself, and may break.

use std::sync::Arc;

use nix::sys::signal::Signal;
use tokio::sync::Mutex as Lock;

use super::{options::Options, schedule::Place};
use crate::world::{Cluster, OwnServer};

/// A server, or a cluster, of the checker's own.
pub(super) enum Own {
    Server(OwnServer),
    Cluster(Cluster),
}

/// `None`: somebody else's.
pub(super) type Shared = Option<Arc<Lock<Own>>>;

/// What the options ask for.
pub(super) fn place(options: &Options) -> Place {
    match (&options.url, options.cluster) {
        (Some(_), _) => Place::Elsewhere,
        (None, true) => Place::Cluster,
        (None, false) => Place::Lite,
    }
}

impl Own {
    /// # Errors
    /// It does not come up.
    pub(super) async fn start(options: &Options) -> anyhow::Result<Shared> {
        let own = match place(options) {
            Place::Elsewhere => return Ok(None),
            Place::Cluster => Self::Cluster(Cluster::start(&options.program).await?),
            Place::Lite => Self::Server(OwnServer::start(&options.program).await?),
        };
        Ok(Some(Arc::new(Lock::new(own))))
    }

    pub(super) fn origin(&self) -> String {
        match self {
            Self::Server(server) => server.origin(),
            Self::Cluster(cluster) => cluster.origin(),
        }
    }

    pub(super) async fn database_url(&self) -> anyhow::Result<String> {
        match self {
            Self::Server(server) => server.database_url().await,
            Self::Cluster(cluster) => cluster.database_url(),
        }
    }

    /// Waits until all of it runs, starting what does not start by itself.
    pub(super) async fn run(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Server(server) => server.run().await,
            Self::Cluster(cluster) => cluster.run().await,
        }
    }

    pub(super) fn panics(&self) -> Vec<String> {
        match self {
            Self::Server(server) => server.panics(),
            Self::Cluster(cluster) => cluster.panics(),
        }
    }

    pub(super) fn rss(&self) -> Option<u64> {
        match self {
            Self::Server(server) => server.rss(),
            Self::Cluster(cluster) => cluster.rss(),
        }
    }

    /// Takes it down; `seed` names the logs that are kept of a run that went wrong.
    pub(super) async fn end(&mut self, seed: Option<u64>) -> anyhow::Result<()> {
        match self {
            Self::Server(server) => {
                // It may have been stopped when the run was interrupted.
                server.signal(Signal::SIGCONT);
                server.end(Signal::SIGTERM).await?;
                seed.map_or(Ok(()), |seed| server.keep_log(seed))
            }
            Self::Cluster(cluster) => {
                if let Some(seed) = seed {
                    cluster.keep_logs(seed)?;
                }
                cluster.end().await
            }
        }
    }
}
