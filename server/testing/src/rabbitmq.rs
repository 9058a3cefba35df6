//! A real RabbitMQ for tests: one for each test process, and one of its own for a test that stops it.
//!
//! It listens on free ports of this machine, keeps its files in memory where it can, shares nothing
//! with a RabbitMQ of the system, and ends with the test process however that ends.

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use lapin::{
    BasicProperties, Connection, ConnectionProperties,
    options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable, ShortString},
};
use nix::unistd::{Gid, Uid, User, chown, geteuid};
use tokio::sync::OnceCell;

use super::server::{home, remove_leftovers};
use backend::jobs::RabbitSettings;

/// The script itself, not the one in /usr/sbin, which insists on the system's folders.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const PREFIX: &str = "rapport-rabbit-";
/// It takes eight seconds on an idle machine.
const READY_WITHIN: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(50);
const STARTS: u32 = 3;

/// Serves until its standard input ends, which the kernel sees to when the test process is gone, even
/// killed. A line `stop` kills the server, a line `start` starts it again on its files. The port
/// mapper would outlive everybody if RabbitMQ started it.
const UNTIL_THE_TESTS_END: &str = r#"
folder=$1; server=$2
epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" </dev/null & epmd=$!
serve() { "$server" </dev/null & pid=$!; }
halt() { kill -KILL "$pid"; wait "$pid"; }
serve
while read -r word; do
    case $word in stop) halt ;; start) serve ;; esac
done
halt; kill -KILL "$epmd"; exec rm -rf "$folder"
"#;

static SHARED: OnceCell<Broker> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A running RabbitMQ.
pub struct Broker {
    port: u16,
    /// Holds the other end of the server's standard input.
    guardian: Child,
}

impl Broker {
    /// The one of this test process. Tests keep apart by a [`prefix`](Self::prefix).
    ///
    /// # Panics
    /// It cannot be started.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::own).await
    }

    /// One more, for a test that stops it.
    ///
    /// # Panics
    /// It cannot be started.
    pub async fn own() -> Self {
        let mut errors = Vec::new();
        for _ in 0..STARTS {
            match Self::try_to_start().await {
                Ok(broker) => return broker,
                // Somebody else may have taken a port that was free.
                Err(error) => errors.push(format!("{error:#}")),
            }
        }
        panic!("no RabbitMQ for the tests: {}", errors.join("; "));
    }

    async fn try_to_start() -> anyhow::Result<Self> {
        let [port, nodes, mapper] = free_ports()?;
        let home = home();
        remove_leftovers(&home, PREFIX);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = home.join(format!("{PREFIX}{}-{number}", std::process::id()));
        let guardian = serve(&folder, port, nodes, mapper)?;
        let mut broker = Self { port, guardian };
        match broker.wait_until_ready().await {
            Ok(()) => Ok(broker),
            Err(error) => {
                let said = fs::read_to_string(folder.join("out")).unwrap_or_default();
                Err(error).with_context(|| said.lines().last().unwrap_or_default().to_owned())
            }
        }
    }

    /// The beginning of the names of one test's queues.
    pub fn prefix(&self) -> String {
        format!("{}-{}.", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2F", self.port)
    }

    /// Kills it, as a power cut does.
    ///
    /// # Panics
    /// It does not end.
    pub async fn stop(&mut self) {
        self.say("stop");
        let deadline = Instant::now() + READY_WITHIN;
        while std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
            assert!(Instant::now() < deadline, "RabbitMQ does not end");
            tokio::time::sleep(POLL).await;
        }
    }

    /// Starts it again on its files.
    ///
    /// # Panics
    /// It does not come.
    pub async fn start(&mut self) {
        self.say("start");
        self.wait_until_ready().await.expect("RabbitMQ comes back");
    }

    fn say(&mut self, word: &str) {
        let guardian = self.guardian.stdin.as_mut().expect("it was started with a pipe");
        writeln!(guardian, "{word}").expect("the guardian listens as long as there are tests");
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        let settings = RabbitSettings::parse(&self.url()).map_err(anyhow::Error::msg)?;
        loop {
            // The library is loud about refused connections: first see that somebody is there.
            let there = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
            if there && settings.answers().await.is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline || self.guardian.try_wait()?.is_some() {
                bail!("RabbitMQ does not answer");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// How many messages wait in a queue, not counting the one in hand.
    ///
    /// # Panics
    /// There is no such queue.
    pub async fn waiting(&self, queue: &str) -> u32 {
        let connection = self.connection().await;
        let channel = connection.create_channel().await.expect("a channel");
        let look = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let found = channel.queue_declare(queue.into(), look, FieldTable::default()).await;
        found.expect("a queue").message_count()
    }

    /// Takes the first message of a queue: its number, body, and text headers.
    ///
    /// # Panics
    /// There is no such queue.
    pub async fn take(&self, queue: &str) -> Option<Taken> {
        let connection = self.connection().await;
        let channel = connection.create_channel().await.expect("a channel");
        let message =
            channel.basic_get(queue.into(), BasicGetOptions { no_ack: true }).await.expect("a queue")?;
        let properties = &message.delivery.properties;
        let headers = properties.headers().clone().unwrap_or_default();
        let text = |(name, value): (&ShortString, &AMQPValue)| match value {
            AMQPValue::LongString(text) => Some((name.to_string(), text.to_string())),
            _ => None,
        };
        Some(Taken {
            id: properties.message_id().as_ref().map(ToString::to_string).unwrap_or_default(),
            body: String::from_utf8_lossy(&message.delivery.data).into_owned(),
            headers: headers.inner().iter().filter_map(text).collect(),
            persistent: *properties.delivery_mode() == Some(2),
        })
    }

    /// Puts a message into a queue as a stranger would.
    ///
    /// # Panics
    /// There is no such queue.
    pub async fn put(&self, queue: &str, body: &str) {
        let connection = self.connection().await;
        let channel = connection.create_channel().await.expect("a channel");
        channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        let sent = channel.basic_publish("".into(), queue.into(), options, body.as_bytes(), properties).await;
        sent.expect("is sent").await.expect("is there");
    }

    /// Deletes a queue under everybody's feet.
    ///
    /// # Panics
    /// RabbitMQ does not answer.
    pub async fn delete(&self, queue: &str) {
        let connection = self.connection().await;
        let channel = connection.create_channel().await.expect("a channel");
        channel.queue_delete(queue.into(), Default::default()).await.expect("is gone");
    }

    async fn connection(&self) -> Connection {
        Connection::connect(&self.url(), ConnectionProperties::default()).await.expect("RabbitMQ answers")
    }
}

/// A message taken from a queue.
#[derive(Debug)]
pub struct Taken {
    pub id: String,
    pub body: String,
    pub headers: Vec<(String, String)>,
    pub persistent: bool,
}

/// Ports that are free now, all different.
fn free_ports<const N: usize>() -> anyhow::Result<[u16; N]> {
    let mut held = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

fn serve(folder: &Path, port: u16, nodes: u16, mapper: u16) -> anyhow::Result<Child> {
    if !Path::new(SERVER).exists() {
        bail!(
            "{SERVER} is not there; install it with: apt-get install --no-install-recommends rabbitmq-server"
        );
    }
    fs::create_dir(folder)?;
    let file = |name: &str, content: &str| -> anyhow::Result<PathBuf> {
        let path = folder.join(name);
        fs::write(&path, content)?;
        Ok(path)
    };
    let settings = format!(
        "listeners.tcp.1 = 127.0.0.1:{port}\nlog.file.level = warning\ndisk_free_limit.absolute = 10MB\n"
    );
    file("rabbitmq.conf", &settings)?;
    let plugins = file("enabled_plugins", "")?;
    let out = fs::File::create(file("out", "")?)?;
    let mut command = Command::new("/bin/sh");
    if let Some((uid, gid)) = account()? {
        command.uid(uid.as_raw()).gid(gid.as_raw());
        chown(folder, Some(uid), Some(gid))?;
        for entry in fs::read_dir(folder)? {
            chown(&entry?.path(), Some(uid), Some(gid))?;
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
    command
        .args(["-c", UNTIL_THE_TESTS_END, "sh"])
        .arg(folder)
        .arg(SERVER)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .env("RABBITMQ_NODENAME", format!("rapport{port}@localhost"))
        .env("RABBITMQ_DIST_PORT", nodes.to_string())
        .env("RABBITMQ_MNESIA_BASE", folder.join("mnesia"))
        .env("RABBITMQ_LOG_BASE", folder.join("log"))
        .env("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq"))
        .env("RABBITMQ_ENABLED_PLUGINS_FILE", plugins)
        // Leaves the processors to the others while it waits.
        .env(
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
        )
        // Makes the script become the server, which can then be killed.
        .env("RUNNING_UNDER_SYSTEMD", "1")
        .env("ERL_EPMD_ADDRESS", "127.0.0.1")
        .env("ERL_EPMD_PORT", mapper.to_string())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(out.try_clone()?)
        .stderr(out)
        .spawn()
        .context("cannot start a RabbitMQ for tests")
}

/// RabbitMQ's own account when the tests run as root, else nobody's but ours.
fn account() -> anyhow::Result<Option<(Uid, Gid)>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let user = User::from_name("rabbitmq")?.context("there is no account rabbitmq")?;
    Ok(Some((user.uid, user.gid)))
}
