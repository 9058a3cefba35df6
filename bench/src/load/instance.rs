//! One `rapport serve` with everything of its own.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::meter;

/// The longest a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Instance {
    program: PathBuf,
    data: TempDir,
    process: Child,
    pub(super) origin: String,
    pub(super) started_in: Duration,
}

impl Instance {
    /// # Errors
    /// The program does not start.
    pub(super) async fn start(program: &Path) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let (process, origin, started_in) = serve(program, data.path()).await?;
        Ok(Self { program: program.to_owned(), data, process, origin, started_in })
    }

    /// Stops it in order, and starts it on the same folder.
    ///
    /// # Errors
    /// The program does not stop or start.
    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        (self.process, self.origin, self.started_in) = serve(&self.program, self.data.path()).await?;
        Ok(())
    }

    /// # Errors
    /// The program does not stop.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        kill(Pid::from_raw(self.pid() as i32), Signal::SIGTERM)?;
        self.process.wait().await?;
        Ok(())
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }

    /// # Errors
    /// The database does not answer.
    pub(super) async fn database(&self) -> anyhow::Result<AsyncPgConnection> {
        let asked = Command::new(&self.program)
            .args(["admin", "database-url", "--data"])
            .arg(self.data.path())
            .output()
            .await?;
        let url = String::from_utf8(asked.stdout)?;
        AsyncPgConnection::establish(url.trim()).await.context("the database answers")
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
        use http_body_util::{BodyExt, Empty};
        use hyper_util::{client::legacy::Client, rt::TokioExecutor};
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
        let answer = client.get(format!("{}/metrics", self.origin).parse()?).await?;
        Ok(String::from_utf8(answer.into_body().collect().await?.to_bytes().to_vec())?)
    }

    fn postgres(&self) -> PathBuf {
        self.data.path().join("postgres")
    }
}

async fn serve(program: &Path, data: &Path) -> anyhow::Result<(Child, String, Duration)> {
    let began = Instant::now();
    let mut process = Command::new(program)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("RAPPORT_LOG", "warn")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} does not start", program.display()))?;
    let mut lines = BufReader::new(process.stdout.take().context("its output")?).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await? {
            if let Some(origin) = line.strip_prefix("Rapport is ready: ") {
                return Ok(origin.trim().trim_end_matches('/').replace("localhost", "127.0.0.1"));
            }
        }
        bail!("it ended before it was ready")
    };
    let origin = tokio::time::timeout(PATIENCE, ready).await.context("it does not get ready")??;
    let took = began.elapsed();
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok((process, origin, took))
}
