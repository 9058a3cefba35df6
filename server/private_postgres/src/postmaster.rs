//! The server's first process: taken over or started, waited for, stopped.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::Child,
    time::{Instant, sleep, timeout},
};

use super::{adopt, cluster::Cluster, socket};

const POLL: Duration = Duration::from_millis(20);
/// Recovery after a crash reads the whole write-ahead log.
const READY_WITHIN: Duration = Duration::from_secs(300);
/// What a killed postmaster's other processes need to notice and leave.
const REMAINS_WITHIN: Duration = Duration::from_secs(30);
/// How long a fast shutdown may take before an immediate one, which loses nothing either.
const STOP_WITHIN: Duration = Duration::from_secs(30);

pub(super) struct Postmaster {
    process: Process,
    socket: PathBuf,
}

enum Process {
    Started(Child),
    Adopted { pid: i32, files: PathBuf },
}

/// The running server of `cluster`, and whether it ran before.
pub(super) async fn acquire(cluster: &Cluster) -> anyhow::Result<(Postmaster, bool)> {
    // One that ends before it answers was on its way out.
    if let Some(mut postmaster) = find(cluster)
        && postmaster.ready().await?
    {
        return Ok((postmaster, true));
    }
    Ok((start(cluster).await?, false))
}

/// Stops the server of `cluster`, whoever started it, if it runs.
pub(super) async fn stop_found(cluster: &Cluster) -> anyhow::Result<()> {
    match find(cluster) {
        Some(mut postmaster) => postmaster.stop().await,
        None => Ok(()),
    }
}

fn find(cluster: &Cluster) -> Option<Postmaster> {
    let found = adopt::find(&cluster.files())?;
    let process = Process::Adopted { pid: found.pid, files: cluster.files() };
    Some(Postmaster { process, socket: found.socket })
}

async fn start(cluster: &Cluster) -> anyhow::Result<Postmaster> {
    let patience = Instant::now() + REMAINS_WITHIN;
    loop {
        adopt::remove_stale_marks(&cluster.files(), cluster.socket());
        let command = cluster.serve()?;
        let log_length = cluster.log().length();
        let child = tokio::process::Command::from(command).spawn();
        let child = child.context("PostgreSQL cannot be started")?;
        let mut postmaster =
            Postmaster { process: Process::Started(child), socket: cluster.socket().to_owned() };
        if postmaster.ready().await? {
            return Ok(postmaster);
        }
        let said = cluster.last_words(log_length);
        let remains = said.contains("shared memory block") || said.contains("lock file");
        if !remains || Instant::now() > patience {
            bail!("PostgreSQL does not start: {said}");
        }
        sleep(POLL * 10).await;
    }
}

impl Postmaster {
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Waits until it answers; false when it ends before.
    async fn ready(&mut self) -> anyhow::Result<bool> {
        let url = socket::url(&self.socket, "postgres");
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if let Ok(Ok(_)) = timeout(READY_WITHIN, AsyncPgConnection::establish(&url)).await {
                return Ok(true);
            }
            if timeout(POLL, self.exited()).await.is_ok() {
                return Ok(false);
            }
            if Instant::now() > deadline {
                bail!("PostgreSQL has not answered for {} seconds", READY_WITHIN.as_secs());
            }
        }
    }

    /// Returns when it has ended.
    pub(super) async fn exited(&mut self) {
        match &mut self.process {
            Process::Started(child) => {
                // An error here means that it was collected already.
                let _ = child.wait().await;
            }
            Process::Adopted { pid, files } => {
                while adopt::serves(*pid, files) {
                    sleep(POLL).await;
                }
            }
        }
    }

    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        for signal in [Signal::SIGINT, Signal::SIGQUIT] {
            self.signal(signal);
            // Processes that somebody froze hear nothing until they go on.
            self.wake();
            if timeout(STOP_WITHIN, self.exited()).await.is_ok() {
                return Ok(());
            }
        }
        bail!("PostgreSQL does not stop")
    }

    fn wake(&self) {
        let Some(pid) = self.pid() else { return };
        for pid in adopt::children(pid).into_iter().chain([pid]) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGCONT);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    /// Its number, as long as it runs.
    fn pid(&self) -> Option<i32> {
        match &self.process {
            Process::Started(child) => child.id().and_then(|pid| i32::try_from(pid).ok()),
            Process::Adopted { pid, files } => adopt::serves(*pid, files).then_some(*pid),
        }
    }
}

/// A program that ends without stopping it still asks it to.
impl Drop for Postmaster {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}
