//! A server of the checker's own: a copy of the program with a data folder that nobody else has.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::{
    process::Child,
    time::{Instant, sleep, timeout},
};

use crate::client::Http;

/// Recovery of a killed PostgreSQL included.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// The program's own deadlines add up to less.
const LEAVES_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

pub struct OwnServer {
    folder: TempDir,
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl OwnServer {
    /// Copies `program`, which may be built anew while this runs, and starts it.
    ///
    /// # Errors
    /// It cannot be copied or started, or is not ready in time.
    pub async fn start(program: &Path) -> anyhow::Result<Self> {
        ensure!(program.exists(), "{} is not there; build it, or name it with --program", program.display());
        let folder = tempfile::Builder::new().prefix("rapport-bench-").tempdir()?;
        // PostgreSQL's account must pass.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), mode)?;
        let copy = folder.path().join("rapport");
        fs::copy(program, &copy).with_context(|| format!("cannot copy {}", program.display()))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = Self { folder, program: copy, port, child: None };
        server.run().await?;
        Ok(server)
    }

    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let ours = name.starts_with("RAPPORT_") && name != "RAPPORT_MUTANT";
            if ours || name == "DATABASE_URL" {
                command.env_remove(&*name);
            }
        }
        command.arg("--data").arg(self.data()).stdin(Stdio::null());
        // Everybody comes from this machine.
        command.env("RAPPORT_CONNECTIONS_PER_ADDRESS", "1000000");
        command
    }

    /// Starts the program unless it runs, and waits until it is ready.
    ///
    /// # Errors
    /// It ends, or is not ready in time.
    pub async fn run(&mut self) -> anyhow::Result<()> {
        if self.child.is_none() {
            let log = File::options().create(true).append(true).open(self.log())?;
            let mut command = self.command();
            command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port)]);
            command.stdout(log.try_clone()?).stderr(log);
            let command = &mut tokio::process::Command::from(command);
            self.child = Some(command.kill_on_drop(true).spawn().context("the program does not start")?);
        }
        let http = Http::new(&self.origin());
        let deadline = Instant::now() + READY_WITHIN;
        while !ready(&http).await {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            if let Some(status) = ended {
                self.child = None;
                bail!("the program ended with {status}: {}", self.last_words());
            }
            ensure!(Instant::now() < deadline, "the program is not ready: {}", self.last_words());
            sleep(POLL).await;
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().rev().take(3).collect::<Vec<_>>().join(" | ")
    }

    /// The address of its database.
    ///
    /// # Errors
    /// The private PostgreSQL does not run.
    pub async fn database_url(&self) -> anyhow::Result<String> {
        let asked =
            tokio::process::Command::from(self.command()).args(["admin", "database-url"]).output().await?;
        ensure!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
        Ok(String::from_utf8(asked.stdout)?.trim().to_owned())
    }

    pub fn pid(&self) -> Option<Pid> {
        let id = self.child.as_ref()?.id()?;
        i32::try_from(id).ok().map(Pid::from_raw)
    }

    /// Sends the program a signal. One that has ended is not signalled.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill(pid, signal);
        }
    }

    /// Ends the program by `signal`, and waits for that.
    ///
    /// # Errors
    /// It does not end.
    pub async fn end(&mut self, signal: Signal) -> anyhow::Result<()> {
        self.signal(signal);
        if let Some(mut child) = self.child.take() {
            timeout(LEAVES_WITHIN, child.wait()).await.context("the program does not leave")??;
        }
        Ok(())
    }

    /// Keeps the server's log of a run that went wrong, and says where.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn keep_log(&self, seed: u64) -> anyhow::Result<()> {
        let kept = std::env::temp_dir().join(format!("rapport-bench-{seed}.log"));
        fs::copy(self.log(), &kept)?;
        eprintln!("the server's log: {}", kept.display());
        Ok(())
    }

    /// Kills the private postmaster, and nothing else: the file may name one that is gone, whose
    /// number somebody else has by now. False when there is none.
    pub fn kill_postgres(&self) -> bool {
        let files = self.data().join("postgres/cluster");
        let marks = fs::read_to_string(files.join("postmaster.pid")).unwrap_or_default();
        let pid = marks.lines().next().and_then(|line| line.trim().parse().ok());
        let pid = pid.filter(|pid| serves(*pid, &files));
        pid.is_some_and(|pid| kill(Pid::from_raw(pid), Signal::SIGKILL).is_ok())
    }

    /// The panics in its log, through all its starts: whatever became of them, none belongs there.
    pub fn panics(&self) -> Vec<String> {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| line.contains("panicked at")).map(str::to_owned).collect()
    }

    /// Resident memory of the program, in KiB.
    pub fn rss(&self) -> Option<u64> {
        rss(self.pid()?.as_raw().try_into().ok()?)
    }
}

/// Resident memory of a process, in KiB.
pub(super) fn rss(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Whether process `pid` serves these files of a database.
fn serves(pid: i32, files: &Path) -> bool {
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    arguments.split(|byte| *byte == 0).any(|one| one == files.as_os_str().as_encoded_bytes())
}

/// Whether the server says that it may be sent work.
async fn ready(http: &Http) -> bool {
    let asked = http.get::<serde_json::Value>("/readyz", &[]);
    matches!(timeout(Duration::from_secs(2), asked).await, Ok(Ok(_)))
}
