//! A cluster of the checker's own: every engine and every role, by `scripts/cluster.sh`.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

/// Engines of which each takes seconds, one after the other, on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(180);
const LEAVES_WITHIN: Duration = Duration::from_secs(90);
const ORDER_WITHIN: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(100);
/// Ports of a cluster, one after the other.
const PORTS: u16 = 16;

pub struct Cluster {
    folder: TempDir,
    program: PathBuf,
    child: Child,
    state: State,
}

/// What the cluster writes of itself.
#[derive(Clone, Debug, Deserialize)]
struct State {
    supervisor: u32,
    ready: bool,
    control: PathBuf,
    origin: String,
    settings: BTreeMap<String, String>,
    parts: BTreeMap<String, Part>,
}

#[derive(Clone, Debug, Deserialize)]
struct Part {
    state: String,
    pid: Option<u32>,
    last_end: Option<String>,
    #[serde(default)]
    address: String,
    log: PathBuf,
}

impl Cluster {
    /// Starts a cluster of `program` and waits until it is ready. What it lacks is installed.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start(program: &Path) -> anyhow::Result<Self> {
        ensure!(program.exists(), "{} is not there; build it, or name it with --program", program.display());
        let folder = tempfile::Builder::new().prefix("rapport-cluster-").tempdir()?;
        // The engines' accounts must pass.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), mode)?;
        let copy = folder.path().join("rapport");
        fs::copy(program, &copy).with_context(|| format!("cannot copy {}", program.display()))?;
        let log = File::create(folder.path().join("supervisor.log"))?;
        let mut command = Command::new("sh");
        command
            .arg("scripts/cluster.sh")
            .env("CLUSTER_FOLDER", folder.path().join("cluster"))
            .env("CLUSTER_PORT", free_ports()?.to_string())
            .env("CLUSTER_PROGRAM", &copy)
            .env("CLUSTER_QUIET", "1")
            // Its end ends the cluster.
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child =
            command.spawn().context("scripts/cluster.sh does not start; run this in the repository")?;
        let state = wait_until_ready(&folder, child).await?;
        Ok(Self { folder, program: copy, child: state.1, state: state.0 })
    }

    pub fn origin(&self) -> String {
        self.state.origin.clone()
    }

    /// The program that its roles run.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Where everything of it is kept.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The process that looks after the others.
    pub fn supervisor(&self) -> u32 {
        self.state.supervisor
    }

    /// What its roles are told.
    pub fn settings(&self) -> &BTreeMap<String, String> {
        &self.state.settings
    }

    /// Where a part listens, as `host:port`.
    ///
    /// # Errors
    /// There is no such part.
    pub fn address(&self, part: &str) -> anyhow::Result<String> {
        Ok(self.part(part)?.address)
    }

    /// A part's process, if it runs.
    ///
    /// # Errors
    /// There is no such part.
    pub fn pid(&self, part: &str) -> anyhow::Result<Option<u32>> {
        Ok(self.part(part)?.pid)
    }

    /// How a part ended last, in words.
    ///
    /// # Errors
    /// There is no such part.
    pub fn last_end(&self, part: &str) -> anyhow::Result<Option<String>> {
        Ok(self.part(part)?.last_end)
    }

    /// As it stands now.
    fn part(&self, name: &str) -> anyhow::Result<Part> {
        let state = read(&self.folder).context("the cluster says nothing of itself")?;
        state.parts.get(name).cloned().with_context(|| format!("there is no {name}"))
    }

    /// Starts what was left stopped, and waits until every part runs.
    ///
    /// # Errors
    /// One does not.
    pub async fn heal(&mut self) -> anyhow::Result<()> {
        let state = read(&self.folder).context("the cluster says nothing of itself")?;
        for (name, part) in &state.parts {
            if part.pid.is_some() {
                self.order("resume", name).await?;
            }
            if part.state == "stopped" {
                self.order("start", name).await?;
            }
        }
        self.run().await
    }

    /// # Errors
    /// The cluster does not say.
    pub fn database_url(&self) -> anyhow::Result<String> {
        self.state.settings.get("DATABASE_URL").cloned().context("a cluster has a database")
    }

    /// The parts whose names begin so.
    pub fn parts(&self, kind: &str) -> Vec<String> {
        self.state.parts.keys().filter(|name| name.starts_with(kind)).cloned().collect()
    }

    /// The processes of the parts whose names begin so.
    pub fn pids(&self, kind: &str) -> Vec<u32> {
        self.state
            .parts
            .iter()
            .filter(|(name, _)| name.starts_with(kind))
            .filter_map(|(_, part)| part.pid)
            .collect()
    }

    /// Where those parts answer, as origins.
    pub fn addresses(&self, kind: &str) -> Vec<String> {
        let of_kind = self.state.parts.iter().filter(|(name, _)| name.starts_with(kind));
        of_kind.map(|(_, part)| format!("http://{}", part.address)).collect()
    }

    /// The log of a part.
    pub fn log(&self, part: &str) -> Option<PathBuf> {
        self.state.parts.get(part).map(|part| part.log.clone())
    }

    /// Gives the supervisor an order about a part, and waits until it is carried out.
    ///
    /// # Errors
    /// It is not.
    pub async fn order(&self, order: &str, part: &str) -> anyhow::Result<()> {
        let given = async {
            let mut control = UnixStream::connect(&self.state.control).await?;
            control.write_all(format!("{order} {part}\n").as_bytes()).await?;
            let mut answer = String::new();
            BufReader::new(control).read_line(&mut answer).await?;
            anyhow::Ok(answer)
        };
        let answer = timeout(ORDER_WITHIN, given)
            .await
            .with_context(|| format!("{order} {part} takes too long"))??;
        let answer: serde_json::Value = serde_json::from_str(&answer).context("the supervisor's answer")?;
        if let Some(error) = answer.get("error") {
            bail!("{order} {part}: {error}");
        }
        Ok(())
    }

    /// Waits until every part runs.
    ///
    /// # Errors
    /// One does not.
    pub async fn run(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let state = read(&self.folder);
            let late = match &state {
                Some(state) => {
                    state.parts.iter().find(|(_, part)| part.state != "ready").map(|(name, _)| name.clone())
                }
                None => Some("everything".to_owned()),
            };
            let Some(late) = late else {
                self.state = state.context("it was read")?;
                return Ok(());
            };
            ensure!(Instant::now() < deadline, "{late} does not come back");
            sleep(POLL).await;
        }
    }

    /// Lines of the roles' logs that tell of a panic.
    pub fn panics(&self) -> Vec<String> {
        let roles = self
            .state
            .parts
            .iter()
            .filter(|(name, _)| ["web", "store", "worker"].iter().any(|role| name.starts_with(role)));
        let logs = roles.filter_map(|(name, part)| Some((name, fs::read_to_string(&part.log).ok()?)));
        let panics = logs.flat_map(|(name, log)| {
            let lines: Vec<String> = log
                .lines()
                .filter(|line| line.contains("panicked at"))
                .map(|line| format!("{name}: {line}"))
                .collect();
            lines
        });
        panics.collect()
    }

    /// Resident memory of the node that takes most, in KiB.
    pub fn rss(&self) -> Option<u64> {
        let state = read(&self.folder)?;
        let roles =
            state.parts.iter().filter(|(name, _)| name.starts_with("web") || name.starts_with("store"));
        roles.filter_map(|(_, part)| super::server::rss(part.pid?)).max()
    }

    /// Takes everything down.
    ///
    /// # Errors
    /// It does not end.
    pub async fn end(&mut self) -> anyhow::Result<()> {
        drop(self.child.stdin.take());
        timeout(LEAVES_WITHIN, self.child.wait()).await.context("the cluster does not go down")??;
        Ok(())
    }

    /// Keeps the logs of a run that went wrong, and says where.
    ///
    /// # Errors
    /// They cannot be copied.
    pub fn keep_logs(&self, seed: u64) -> anyhow::Result<()> {
        let kept = std::env::temp_dir().join(format!("rapport-bench-{seed}"));
        fs::create_dir_all(&kept)?;
        for (name, part) in &self.state.parts {
            fs::copy(&part.log, kept.join(format!("{name}.log")))?;
        }
        fs::copy(self.folder.path().join("supervisor.log"), kept.join("supervisor.log"))?;
        eprintln!("the logs: {}", kept.display());
        Ok(())
    }
}

async fn wait_until_ready(folder: &TempDir, mut child: Child) -> anyhow::Result<(State, Child)> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        if let Some(state) = read(folder).filter(|state| state.ready && Some(state.supervisor) == child.id())
        {
            return Ok((state, child));
        }
        let ended = child.try_wait()?;
        if ended.is_some() || Instant::now() > deadline {
            let log = fs::read_to_string(folder.path().join("supervisor.log")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(5).collect();
            bail!("the cluster does not come up: {}", last.join(" | "));
        }
        sleep(POLL).await;
    }
}

fn read(folder: &TempDir) -> Option<State> {
    let text = fs::read_to_string(folder.path().join("cluster/state.json")).ok()?;
    serde_json::from_str(&text).ok()
}

/// The first of some ports in a row that nobody has.
fn free_ports() -> anyhow::Result<u16> {
    for _ in 0..100 {
        let base = 20_000 + rand::random::<u16>() % 10_000;
        if (base..base + PORTS).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return Ok(base);
        }
    }
    bail!("there are no {PORTS} free ports in a row")
}
