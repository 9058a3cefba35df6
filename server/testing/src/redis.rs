//! A real Redis for tests: one server per test process, names of its own for each test, and servers of
//! a test's own to be killed and restarted.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use backend::redis::Settings;

const READY_WITHIN: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// Tells the server's process id and serves until its standard input ends, which the kernel sees to
/// when the test process is gone, even killed.
const UNTIL_THE_TESTS_END: &str = r#"
folder=$(mktemp -d) && cd "$folder" || exit 1
"$@" <&- >/dev/null 2>&1 & echo $!; read -r _; kill -KILL $!; wait $!; exec rm -rf "$folder"
"#;

static SHARED: OnceLock<Result<RedisServer, String>> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A Redis that keeps nothing on disk; ends with this value, and with the test process.
pub struct RedisServer {
    port: u16,
    options: Vec<String>,
    running: Option<Running>,
}

struct Running {
    /// Holds the other end of its standard input.
    until: Child,
    pid: Pid,
}

/// Settings for the Redis of this test process, under names that nobody else uses.
///
/// # Panics
/// Redis cannot be started.
pub fn redis() -> Settings {
    let started = SHARED.get_or_init(|| RedisServer::try_start(&[]).map_err(|error| format!("{error:#}")));
    match started {
        Ok(server) => server.settings(),
        Err(error) => panic!("no Redis for the tests: {error}"),
    }
}

impl RedisServer {
    /// A server of a test's own. `options` as on the command line of `redis-server`.
    ///
    /// # Panics
    /// Redis cannot be started.
    pub fn start(options: &[&str]) -> Self {
        match Self::try_start(options) {
            Ok(server) => server,
            Err(error) => panic!("no Redis for the tests: {error:#}"),
        }
    }

    /// A server that runs as a cluster: of one shard, which is all of it.
    ///
    /// # Panics
    /// Redis cannot be started.
    pub fn start_cluster() -> Self {
        let server = Self::start(&["--cluster-enabled", "yes"]);
        server.command("CLUSTER ADDSLOTSRANGE 0 16383");
        server.wait_for_cluster(1);
        server
    }

    /// A cluster of two shards.
    ///
    /// # Panics
    /// Redis cannot be started.
    pub fn start_two_shards() -> [Self; 2] {
        let shards = [(); 2].map(|()| Self::start(&["--cluster-enabled", "yes"]));
        shards[0].command("CLUSTER ADDSLOTSRANGE 0 8191");
        shards[1].command("CLUSTER ADDSLOTSRANGE 8192 16383");
        shards[0].command(&format!("CLUSTER MEET 127.0.0.1 {}", shards[1].port));
        shards.iter().for_each(|shard| shard.wait_for_cluster(2));
        shards
    }

    fn command(&self, command: &str) {
        let answer = ask(self.port, command).expect("the server answers");
        assert!(answer.starts_with("+OK"), "{command}: {answer}");
    }

    fn wait_for_cluster(&self, shards: u32) {
        let deadline = Instant::now() + READY_WITHIN;
        let size = format!("cluster_size:{shards}\r");
        let is_well = |info: &str| info.contains("cluster_state:ok") && info.contains(&size);
        while !ask(self.port, "CLUSTER INFO").is_ok_and(|info| is_well(&info)) {
            assert!(Instant::now() < deadline, "a cluster with all its slots is well");
            thread::sleep(POLL);
        }
    }

    /// Settings for it, under names that nobody else uses.
    ///
    /// # Panics
    /// Never: the address is well formed.
    pub fn settings(&self) -> Settings {
        let prefix = format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Settings::parse(&self.url()).expect("the address is well formed").with_prefix(prefix)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once, with all it knows.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again, empty, at the same address.
    ///
    /// # Panics
    /// Redis cannot be started.
    pub fn restart(&mut self) {
        self.kill();
        let started = Running::start(self.port, &self.options).expect("it was started before");
        self.running = Some(started);
    }

    /// Stops it from doing anything; its connections stay.
    pub fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(running) = &self.running {
            kill(running.pid, signal).expect("it is a child of ours");
        }
    }

    fn try_start(options: &[&str]) -> anyhow::Result<Self> {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        // Another process may take the port in between; then the next one will do.
        let mut last = None;
        for _ in 0..5 {
            let port = free_port()?;
            match Running::start(port, &options) {
                Ok(running) => return Ok(Self { port, options, running: Some(running) }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("there is no free port")))
    }
}

impl Running {
    fn start(port: u16, options: &[String]) -> anyhow::Result<Self> {
        let version = Command::new("redis-server").arg("--version").output();
        version.context("redis-server is not on PATH; on Debian: apt-get install redis-server")?;
        let mut command = Command::new("sh");
        command.args(["-c", UNTIL_THE_TESTS_END, "sh", "redis-server"]);
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut until = command.spawn().context("cannot start a shell")?;
        let mut line = String::new();
        if let Some(output) = until.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let pid = Pid::from_raw(line.trim().parse().context("the shell tells a process id")?);
        let running = Self { until, pid };
        running.wait_until_ready(port)?;
        Ok(running)
    }

    fn wait_until_ready(&self, port: u16) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while !answers(port) {
            if Instant::now() > deadline || kill(self.pid, None).is_err() {
                bail!("redis-server does not answer on port {port}");
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.until.stdin.take());
        // Gone when this returns: its port is free again.
        let _ = self.until.wait();
    }
}

fn answers(port: u16) -> bool {
    // Who asks for a password answers too.
    ask(port, "PING").is_ok_and(|answer| answer.starts_with("+PONG") || answer.starts_with("-NOAUTH"))
}

/// The beginning of the answer to a command.
fn ask(port: u16, command: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    connection.set_read_timeout(Some(READY_WITHIN))?;
    connection.write_all(format!("{command}\r\n").as_bytes())?;
    let mut answer = [0; 512];
    let read = connection.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..read]).into_owned())
}

fn free_port() -> anyhow::Result<u16> {
    loop {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        // A server of a cluster also takes the port 10,000 further up.
        if port < 55_000 {
            return Ok(port);
        }
    }
}
