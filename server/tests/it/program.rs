//! The program itself, as people run it: its command line, its data folder, its private PostgreSQL.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use backend::{
    Backend, Media, Setup,
    clock::Clock,
    database::{self, private},
    mail::Mailer,
    secret::Secret,
    sessions::NewSession,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::Child,
    time::timeout,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, client::IntoClientRequest},
};

use crate::world::Device;

/// Starting a PostgreSQL on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder for data folders, which PostgreSQL's account may pass.
pub(crate) fn home() -> TempDir {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o711)).tempdir().unwrap()
}

/// The program, away from this process's settings.
pub(crate) fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    command.env_clear();
    for name in ["PATH", "LD_LIBRARY_PATH", "TMPDIR"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    // Where Leptos.toml is.
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command
}

/// The program on a data folder and any free port.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = bare();
    command.arg("--data").arg(data).args(["--listen", "127.0.0.1:0"]).args(arguments);
    command
}

/// Runs it to its end: what it printed.
pub(crate) async fn run(data: &Path, arguments: &[&str]) -> Result<String, String> {
    said(command(data, arguments)).await
}

/// Its standard output, or the last line of what it complained.
pub(crate) async fn said(command: Command) -> Result<String, String> {
    let mut command = tokio::process::Command::from(command);
    let output = timeout(PATIENCE, command.kill_on_drop(true).output()).await.expect("it ends").unwrap();
    let Output { status, stdout, stderr } = output;
    if status.success() {
        return Ok(String::from_utf8(stdout).unwrap());
    }
    let complaint = String::from_utf8(stderr).unwrap();
    assert!(!complaint.contains("panicked"), "{complaint}");
    Err(complaint.lines().last().unwrap_or_default().to_owned())
}

/// A program that serves.
pub(crate) struct Program {
    child: Child,
    data: PathBuf,
    pub(crate) port: u16,
}

impl Program {
    pub(crate) async fn start(data: &Path) -> Self {
        let mut command = command(data, &[]);
        command.env("RAPPORT_LOG", "error").stdout(Stdio::piped());
        let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("ready in time").unwrap();
        let line = line.expect("it says where it serves");
        let port = line.rsplit(':').next().unwrap().parse().unwrap();
        Self { child, data: data.to_owned(), port }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) fn database_url(&self) -> String {
        private::running_url(&self.data.join("postgres")).unwrap()
    }

    /// A second backend on its database, with its secret: to make people and look things up.
    pub(crate) async fn backend(&self) -> Backend {
        backend_on(&self.database_url(), &self.data).await
    }

    /// A device that has connected but said nothing.
    pub(crate) async fn dial(&self, session: &NewSession) -> Device {
        dial(self.port, session).await.unwrap()
    }

    /// The status of an answer.
    pub(crate) async fn get(&self, path: &str, session: Option<&NewSession>) -> u16 {
        let cookie = session.map(|session| format!("Cookie: dev-rapport-access={}\r\n", session.access));
        let (port, cookie) = (self.port, cookie.unwrap_or_default());
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("it answers").unwrap();
        answer.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid().try_into().unwrap()), signal).unwrap();
    }

    /// Kills it, and not its PostgreSQL.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Kills its PostgreSQL, and not the program.
    pub(crate) fn kill_postgres(&self) {
        let marks = std::fs::read_to_string(self.data.join("postgres/cluster/postmaster.pid")).unwrap();
        let postmaster = marks.lines().next().unwrap().trim().parse().unwrap();
        kill(Pid::from_raw(postmaster), Signal::SIGKILL).unwrap();
    }

    pub(crate) async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        assert!(status.success(), "{status}");
    }
}

/// A backend beside whatever serves a database, with the secret of a data folder.
pub(crate) async fn backend_on(url: &str, data: &Path) -> Backend {
    let hex = std::fs::read_to_string(data.join("secret")).unwrap();
    let byte = |place: usize| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap();
    let setup = Setup {
        db: database::connect(url, 4).await.unwrap(),
        clock: Clock::system(),
        secret: Secret::new(std::array::from_fn(byte)),
        mailer: Mailer::memory(),
        media: Media::default(),
    };
    Backend::compose(setup).await.unwrap()
}

/// A device that has connected to whatever listens there, and said nothing.
pub(crate) async fn dial(port: u16, session: &NewSession) -> Result<Device, tungstenite::Error> {
    let mut request = format!("ws://127.0.0.1:{port}/socket").into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("origin", format!("http://127.0.0.1:{port}").parse().unwrap());
    headers.insert("cookie", format!("dev-rapport-access={}", session.access).parse().unwrap());
    let (socket, _) = connect_async(request).await?;
    Ok(Device { socket, who: session.who })
}
