//! A server of its own, or a cluster, with what a measurement asks of it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use nix::sys::signal::Signal;

use super::meter;
use crate::{
    client::Http,
    world::{Cluster, OwnServer},
};

pub(super) struct Instance {
    place: Place,
    pub(super) started_in: Duration,
}

enum Place {
    Server(OwnServer),
    Cluster(Cluster),
}

impl Instance {
    /// # Errors
    /// The program does not start.
    pub(super) async fn start(program: &Path) -> anyhow::Result<Self> {
        let began = Instant::now();
        let server = OwnServer::start(program).await?;
        Ok(Self { place: Place::Server(server), started_in: began.elapsed() })
    }

    /// Two nodes, two stores and a worker on every engine.
    ///
    /// # Errors
    /// The cluster does not come up.
    pub(super) async fn cluster(program: &Path) -> anyhow::Result<Self> {
        let began = Instant::now();
        let cluster = Cluster::start(program).await?;
        Ok(Self { place: Place::Cluster(cluster), started_in: began.elapsed() })
    }

    /// Stops it in order, and starts it on the same folder.
    ///
    /// # Errors
    /// The program does not stop or start.
    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        let began = Instant::now();
        if let Place::Server(server) = &mut self.place {
            server.run().await?;
        }
        self.started_in = began.elapsed();
        Ok(())
    }

    /// # Errors
    /// The program does not stop.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        match &mut self.place {
            Place::Server(server) => server.end(Signal::SIGTERM).await,
            Place::Cluster(cluster) => cluster.end().await,
        }
    }

    pub(super) fn origin(&self) -> String {
        match &self.place {
            Place::Server(server) => server.origin(),
            Place::Cluster(cluster) => cluster.origin(),
        }
    }

    /// The program's processes that serve and store.
    pub(super) fn pids(&self) -> Vec<u32> {
        match &self.place {
            Place::Server(server) => server.pid().map(|pid| pid.as_raw() as u32).into_iter().collect(),
            Place::Cluster(cluster) => ["web", "store"].iter().flat_map(|kind| cluster.pids(kind)).collect(),
        }
    }

    /// Processor time of all of them so far, in seconds.
    ///
    /// # Errors
    /// One is gone.
    pub(super) fn processor(&self) -> anyhow::Result<f64> {
        self.pids().into_iter().map(meter::processor).sum()
    }

    /// Processor time so far, in seconds, of each part of a cluster by its name; of a server alone none.
    pub(super) fn shares(&self) -> Vec<(String, f64)> {
        let Place::Cluster(cluster) = &self.place else { return Vec::new() };
        let share = |name: String| {
            let pid = cluster.pid(&name).ok()??;
            let all = meter::descendants(pid).into_iter();
            let spent = all.filter_map(|pid| meter::processor(pid).ok()).sum();
            Some((name, spent))
        };
        cluster.parts("").into_iter().filter_map(share).collect()
    }

    /// Resident memory of all of them, in KiB.
    ///
    /// # Errors
    /// One is gone.
    pub(super) fn resident(&self) -> anyhow::Result<u64> {
        self.pids().into_iter().map(meter::resident).sum()
    }

    /// # Errors
    /// The database does not answer.
    pub(super) async fn database(&self) -> anyhow::Result<AsyncPgConnection> {
        let url = match &self.place {
            Place::Server(server) => server.database_url().await?,
            Place::Cluster(cluster) => cluster.database_url()?,
        };
        AsyncPgConnection::establish(&url).await.context("the database does not answer")
    }

    /// Memory of the private PostgreSQL, all its processes together, in KiB.
    ///
    /// # Errors
    /// It does not run.
    pub(super) fn database_memory(&self) -> anyhow::Result<u64> {
        let Place::Server(server) = &self.place else { bail!("a cluster's PostgreSQL is not measured") };
        let postmaster = server.data().join("postgres/cluster/postmaster.pid");
        let text =
            std::fs::read_to_string(&postmaster).with_context(|| format!("{}", postmaster.display()))?;
        let pid = text.lines().next().unwrap_or_default().parse()?;
        meter::descendants(pid).into_iter().map(meter::proportional).sum()
    }

    /// Makes the database write down every statement from here on.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn log_statements(&self) -> anyhow::Result<()> {
        let mut db = self.database().await?;
        db.batch_execute("ALTER SYSTEM SET log_statement = 'all'").await?;
        db.batch_execute("SELECT pg_reload_conf()").await?;
        Ok(())
    }

    /// The statements written down so far.
    ///
    /// # Errors
    /// There is no log.
    pub(super) fn statements(&self) -> anyhow::Result<u64> {
        let log = std::fs::read_to_string(self.database_log()?)?;
        let is_statement = |line: &&str| line.contains("LOG:  statement:") || line.contains("LOG:  execute ");
        Ok(log.lines().filter(is_statement).count() as u64)
    }

    fn database_log(&self) -> anyhow::Result<PathBuf> {
        match &self.place {
            Place::Server(server) => Ok(server.data().join("postgres/log")),
            Place::Cluster(cluster) => cluster.log("postgres").context("a cluster has a database"),
        }
    }

    /// The texts of /metrics of all that serve and store, one after the other.
    ///
    /// # Errors
    /// One does not answer.
    pub(super) async fn metrics(&self) -> anyhow::Result<String> {
        let addresses = match &self.place {
            Place::Server(server) => vec![server.origin()],
            Place::Cluster(cluster) => {
                ["web", "store"].iter().flat_map(|kind| cluster.addresses(kind)).collect()
            }
        };
        let mut all = String::new();
        for address in addresses {
            all += &Http::new(&address).text("/metrics").await?;
        }
        Ok(all)
    }
}
