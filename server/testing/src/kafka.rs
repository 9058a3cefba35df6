//! A real Kafka for tests: one broker per test process, a topic per test.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer},
};
use tokio::sync::OnceCell;

use model::MessageId;

use super::until;
use backend::message_log::{KafkaSettings, Security, create_topics};

static BROKER: OnceCell<Kafka> = OnceCell::const_new();

/// Starts that are tried.
const ATTEMPTS: usize = 5;

/// A broker. Its script ends it when this process is gone, and it keeps nothing.
pub struct Kafka {
    folder: tempfile::TempDir,
    port: u16,
    controller: u16,
    /// What it asks for, over TLS; nothing, without, if there is none.
    password: Option<String>,
    child: Option<Child>,
}

impl Kafka {
    /// The one that the tests of this process share.
    ///
    /// # Panics
    /// Kafka cannot be started; `sh scripts/engines.sh` installs it.
    pub async fn of_the_process() -> &'static Self {
        BROKER.get_or_init(Self::start).await
    }

    /// One for a test that breaks it.
    ///
    /// # Panics
    /// Kafka cannot be started; `sh scripts/engines.sh` installs it.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// One that speaks TLS, with the certificate in [`Kafka::authorities`], and asks who comes for a
    /// password: that of `rapport`.
    ///
    /// # Panics
    /// Kafka cannot be started; `sh scripts/engines.sh` installs it.
    pub async fn start_secure(password: &str) -> Self {
        Self::start_with(Some(password.to_owned())).await
    }

    async fn start_with(password: Option<String>) -> Self {
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            let folder = tempfile::Builder::new().prefix("rapport-kafka-").tempdir().expect("a folder");
            let (port, controller) = free_ports();
            let mut kafka = Self { folder, port, controller, password: password.clone(), child: None };
            match kafka.try_run().await {
                Ok(()) => return kafka,
                // Somebody else took a port that was free a moment ago.
                Err(words) => said = words,
            }
        }
        panic!("Kafka does not start: {said}");
    }

    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The certificate of [`Kafka::start_secure`].
    pub fn authorities(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A topic of one test's own, with so many partitions: with one, all rooms are in one order.
    ///
    /// # Panics
    /// Kafka does not answer.
    pub async fn topic(&self, partitions: i32) -> KafkaSettings {
        let settings = KafkaSettings {
            brokers: self.brokers(),
            topic: format!("room-events-{}", MessageId::new()),
            partitions,
            replication: 1,
            group: "rapport-store".to_owned(),
            security: Security::default(),
        };
        create_topics(&settings).await.expect("topics are made");
        settings
    }

    /// Starts the broker again on what it had, and waits until it answers.
    ///
    /// # Panics
    /// It does not.
    pub async fn run(&mut self) {
        self.try_run().await.expect("it answers again");
    }

    /// Starts another Kafka in the place of this one, which keeps nothing.
    ///
    /// # Panics
    /// It does not start.
    pub async fn run_anew(&mut self) {
        self.kill();
        std::fs::remove_dir_all(self.folder.path().join("files")).expect("it was here");
        self.run().await;
    }

    async fn try_run(&mut self) -> Result<(), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/engines/kafka.sh");
        let mut command = Command::new("bash");
        command.arg(script).arg(self.folder.path());
        command.args([self.port.to_string(), self.controller.to_string()]);
        if let Some(password) = &self.password {
            command.env("KAFKA_SECURE", password);
        }
        let log = std::fs::File::create(self.folder.path().join("output")).expect("a file");
        command.stdin(Stdio::piped()).stdout(log.try_clone().expect("a file")).stderr(log);
        self.child = Some(command.spawn().expect("bash is there"));
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", self.brokers());
        if let Some(password) = &self.password {
            client.set("security.protocol", "sasl_ssl").set("sasl.mechanism", "PLAIN");
            client.set("sasl.username", "rapport").set("sasl.password", password);
            // Whose it is, is for the tests.
            client.set("enable.ssl.certificate.verification", "false");
        }
        until("Kafka answers, or ends", async || {
            if self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()).is_some() {
                return Some(Err(self.last_words()));
            }
            let client = client.clone();
            let asked = tokio::task::spawn_blocking(move || answers(&client));
            asked.await.ok()?.map(Ok)
        })
        .await
    }

    fn last_words(&self) -> String {
        let output = std::fs::read_to_string(self.folder.path().join("output")).unwrap_or_default();
        output.lines().rev().take(3).collect::<Vec<_>>().join(" | ")
    }

    /// Kills the broker.
    pub fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        if let Some(mut child) = self.child.take() {
            // Its script sees its standard input end, and goes.
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }

    /// Sends the broker itself, and not its script, a signal.
    fn signal(&self, signal: Signal) {
        let pid = std::fs::read_to_string(self.folder.path().join("pid")).unwrap_or_default();
        if let Ok(pid) = pid.trim().parse() {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        self.kill();
    }
}

fn answers(client: &ClientConfig) -> Option<()> {
    let client: BaseConsumer = client.create().ok()?;
    let found = client.fetch_metadata(None, Duration::from_secs(2)).ok()?;
    (!found.brokers().is_empty()).then_some(())
}

/// Two different ones.
fn free_ports() -> (u16, u16) {
    let listeners = [0, 0].map(|port| TcpListener::bind(("127.0.0.1", port)).expect("a port"));
    let [one, other] = listeners.map(|listener| listener.local_addr().expect("it is bound").port());
    (one, other)
}
