//! The program itself, as people run it: its command line, its data folder, its private PostgreSQL.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use backend::{
    Backend, Media, Setup, clock::Clock, database, mail::Mailer, secret::Secret, sessions::NewSession,
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

use crate::world::{Device, Socket};

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
        Self::logging(data, "error", Stdio::inherit()).await
    }

    /// One whose log goes there.
    pub(crate) async fn logging(data: &Path, filter: &str, log: impl Into<Stdio>) -> Self {
        let mut command = command(data, &[]);
        command.env("RAPPORT_LOG", filter).stderr(log);
        Self::spawn(data, command).await
    }

    /// One that is started as the test wants.
    pub(crate) async fn spawn(data: &Path, mut command: Command) -> Self {
        command.stdout(Stdio::piped());
        let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("ready in time").unwrap();
        let line = line.expect("it says where it serves");
        // An instance that is open to everybody names its origin instead.
        let port = line.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
        Self { child, data: data.to_owned(), port }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) fn database_url(&self) -> String {
        private_postgres::running_url(&self.data.join("postgres")).unwrap()
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
        self.get_with(
            path,
            &session.map_or_else(String::new, |one| format!("dev-rapport-access={}", one.access)),
        )
        .await
    }

    /// The same with any cookies.
    pub(crate) async fn get_with(&self, path: &str, cookies: &str) -> u16 {
        self.exchange(&format!("GET {path}"), &format!("Cookie: {cookies}\r\n"), "").await
    }

    /// The status of the answer to a form from a page of this origin.
    pub(crate) async fn post(&self, path: &str, origin: &str, form: &str) -> u16 {
        let length = form.len();
        let headers = format!(
            "Origin: {origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
        );
        self.exchange(&format!("POST {path}"), &headers, form).await
    }

    async fn exchange(&self, line: &str, headers: &str, body: &str) -> u16 {
        let port = self.port;
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let request =
            format!("{line} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Connection: close\r\n\r\n{body}");
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
        self.signal_postgres(Signal::SIGKILL);
    }

    pub(crate) fn signal_postgres(&self, signal: Signal) {
        kill(Pid::from_raw(self.postmaster()), signal).unwrap();
    }

    fn postmaster(&self) -> i32 {
        let marks = std::fs::read_to_string(self.data.join("postgres/cluster/postmaster.pid")).unwrap();
        marks.lines().next().unwrap().trim().parse().unwrap()
    }

    /// Freezes what serves the program's connections, and waits until the program has asked one of them something.
    pub(crate) async fn freeze_connections(&self) {
        let of = format!("{}", self.postmaster());
        let children = Command::new("pgrep").args(["-P", &of]).output().unwrap();
        for pid in String::from_utf8(children.stdout).unwrap().lines() {
            kill(Pid::from_raw(pid.parse().unwrap()), Signal::SIGSTOP).unwrap();
        }
        // Each is answered after the database was waited for, as a look for jobs waits meanwhile.
        for _ in 0..4 {
            assert_eq!(self.get("/readyz", None).await, 503);
        }
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
    Ok(Device { socket: dial_with(port, &session.access).await?, who: session.who })
}

/// A connected socket of whoever has an access token.
pub(crate) async fn dial_with(port: u16, access: &str) -> Result<Socket, tungstenite::Error> {
    let mut request = format!("ws://127.0.0.1:{port}/socket").into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("origin", format!("http://127.0.0.1:{port}").parse().unwrap());
    headers.insert("cookie", format!("dev-rapport-access={access}").parse().unwrap());
    Ok(connect_async(request).await?.0)
}
