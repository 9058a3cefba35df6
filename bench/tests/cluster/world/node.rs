//! One more node that serves people, with a way to Redis of its own that can be cut.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    future::pending,
    net::TcpListener as Port,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};

use bench::client::Http;
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    sync::Notify,
    task::AbortHandle,
};

use super::{World, until};

pub(crate) struct Node {
    pub(crate) address: String,
    data: TempDir,
    _child: Child,
}

impl Node {
    /// Starts a node beside those of the cluster, with some other settings, and waits until it is ready.
    pub(crate) async fn start(world: &World, other: &[(&str, String)]) -> Self {
        let port = Port::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let data = tempfile::tempdir().unwrap();
        let log = File::create(data.path().join("log")).unwrap();
        let mut command = bare(world.cluster.program(), "web");
        command.envs(world.cluster.settings()).envs(other.iter().map(|(name, value)| (*name, value)));
        command.env("RAPPORT_LISTEN", &address).env("RAPPORT_DATA", data.path());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let child = command.kill_on_drop(true).spawn().unwrap();
        let node = Self { address, data, _child: child };
        until("it is ready", async || node.ready(world).await.is_ok().then_some(())).await;
        node
    }

    /// The same with a way of its own to Redis.
    pub(crate) async fn apart(world: &World) -> (Self, Way) {
        let redis = &world.cluster.settings()["RAPPORT_REDIS"];
        let engine = world.cluster.address("redis").unwrap();
        let way = Way::to(engine.clone()).await;
        let node = Self::start(world, &[("RAPPORT_REDIS", redis.replace(&engine, &way.address))]).await;
        (node, way)
    }

    /// The same with a fault of `backend::mutants`.
    pub(crate) async fn with_mutant(world: &World, mutant: &str) -> Self {
        Self::start(world, &[("RAPPORT_MUTANT", mutant.to_owned())]).await
    }

    /// How often it panicked.
    pub(crate) fn panics(&self) -> usize {
        let log = fs::read_to_string(self.data.path().join("log")).unwrap();
        log.matches("panicked at").count()
    }

    /// What it says of itself.
    pub(crate) async fn ready(&self, world: &World) -> Result<(), String> {
        let http = Http::new(&world.cluster.origin()).at(&self.address);
        let asked = http.get::<serde_json::Value>("/readyz", &[]).await;
        asked.map(|_| ()).map_err(|refused| refused.to_string())
    }
}

/// Without the settings of this process.
fn bare(program: &Path, role: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(role).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("RAPPORT_") || name == "DATABASE_URL" {
            command.env_remove(&*name);
        }
    }
    command
}

/// What the program says, and whether it succeeds, with these settings alone.
pub(crate) async fn output(
    program: &Path,
    arguments: &[&str],
    settings: &BTreeMap<String, String>,
) -> (bool, String) {
    let data = tempfile::tempdir().unwrap();
    let mut command = bare(program, arguments[0]);
    command.args(&arguments[1..]).envs(settings).env("RAPPORT_DATA", data.path()).kill_on_drop(true);
    let output = tokio::time::timeout(super::PATIENCE, command.output()).await.expect("it ends").unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A way from here to an engine.
pub(crate) struct Way {
    pub(crate) address: String,
    open: Arc<Mutex<Open>>,
    silence: Arc<Notify>,
    listening: AbortHandle,
}

#[derive(Default)]
struct Open {
    cut: bool,
    connections: Vec<AbortHandle>,
}

impl Way {
    pub(crate) async fn to(engine: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let open = Arc::<Mutex<Open>>::default();
        let silence = Arc::new(Notify::new());
        let (passed, silenced) = (open.clone(), silence.clone());
        let listening = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (engine, silenced) = (engine.clone(), silenced.clone());
                let mut open = passed.lock().unwrap_or_else(PoisonError::into_inner);
                // Who comes while it is cut is turned away at once.
                if open.cut {
                    continue;
                }
                let passing = tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(engine).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        // Both ends stay open, and hear nothing.
                        () = silenced.notified() => pending().await,
                    }
                });
                open.connections.push(passing.abort_handle());
            }
        });
        Self { address, open, silence, listening: listening.abort_handle() }
    }

    /// From now on nothing passes, in either direction, through the connections there are, and nobody is
    /// told: as where an address changed on the way. New ones are as good as ever.
    pub(crate) fn silence(&self) {
        self.silence.notify_waiters();
    }

    pub(crate) fn cut(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.cut = true;
        open.connections.drain(..).for_each(|connection| connection.abort());
    }

    pub(crate) fn heal(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).cut = false;
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.cut();
        self.listening.abort();
    }
}
