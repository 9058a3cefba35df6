//! A server of its own, with what a measurement asks of it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use nix::sys::signal::Signal;

use super::meter;
use crate::{client::Http, world::OwnServer};

pub(super) struct Instance {
    server: OwnServer,
    pub(super) started_in: Duration,
}

impl Instance {
    /// # Errors
    /// The program does not start.
    pub(super) async fn start(program: &Path) -> anyhow::Result<Self> {
        let began = Instant::now();
        let server = OwnServer::start(program).await?;
        Ok(Self { server, started_in: began.elapsed() })
    }

    /// Stops it in order, and starts it on the same folder.
    ///
    /// # Errors
    /// The program does not stop or start.
    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        let began = Instant::now();
        self.server.run().await?;
        self.started_in = began.elapsed();
        Ok(())
    }

    /// # Errors
    /// The program does not stop.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        self.server.end(Signal::SIGTERM).await
    }

    pub(super) fn origin(&self) -> String {
        self.server.origin()
    }

    pub(super) fn pid(&self) -> u32 {
        self.server.pid().map_or(0, |pid| pid.as_raw() as u32)
    }

    /// # Errors
    /// The database does not answer.
    pub(super) async fn database(&self) -> anyhow::Result<AsyncPgConnection> {
        let url = self.server.database_url().await?;
        AsyncPgConnection::establish(&url).await.context("the database does not answer")
    }

    /// Memory of the private PostgreSQL, all its processes together, in KiB.
    ///
    /// # Errors
    /// It does not run.
    pub(super) fn database_memory(&self) -> anyhow::Result<u64> {
        let postmaster = self.postgres().join("cluster/postmaster.pid");
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
        let log = std::fs::read_to_string(self.postgres().join("log"))?;
        let is_statement = |line: &&str| line.contains("LOG:  statement:") || line.contains("LOG:  execute ");
        Ok(log.lines().filter(is_statement).count() as u64)
    }

    /// The text of /metrics.
    ///
    /// # Errors
    /// The program does not answer.
    pub(super) async fn metrics(&self) -> anyhow::Result<String> {
        Http::new(&self.origin()).text("/metrics").await
    }

    fn postgres(&self) -> PathBuf {
        self.server.data().join("postgres")
    }
}
