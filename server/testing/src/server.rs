//! The PostgreSQL of one test process.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use private_postgres::{Cluster, Options};

use super::janitor::Janitor;
use backend::database;

/// The migrated database that every test's is a copy of.
pub(super) const TEMPLATE: &str = "template_rapport";

const PREFIX: &str = "rapport-test-";
pub(super) const OPTIONS: Options = Options { durable: false, max_connections: 400 };
const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

/// Serves until its standard input ends, which the kernel sees to when the test process is gone,
/// even killed; then stops the server and removes its files.
const UNTIL_THE_TESTS_END: &str = r#"
folder=$1; shift
"$@" <&- & read -r _; kill -INT $!; wait $!; exec rm -rf "$folder"
"#;

pub(super) struct TestServer {
    cluster: Cluster,
    janitor: Janitor,
    /// Holds the other end of the server's standard input.
    _until: Child,
}

impl TestServer {
    /// Blocks: on a thread of its own, with a runtime of its own, since tests' runtimes come and go.
    pub(super) fn start() -> anyhow::Result<Self> {
        let start = || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(start())
        };
        thread::scope(|scope| scope.spawn(start).join().expect("starting reports its failures"))
    }

    pub(super) fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    /// Drops a database, soon.
    pub(super) fn discard(&self, name: String) {
        self.janitor.discard(name);
    }
}

async fn start() -> anyhow::Result<TestServer> {
    let home = home();
    remove_leftovers(&home, PREFIX);
    let folder = home.join(format!("{PREFIX}{}", std::process::id()));
    let cluster = Cluster::prepare(&folder, OPTIONS).await?;
    let mut until = serve(&cluster)?;
    let maintenance = cluster.url("postgres");
    wait_until_ready(&maintenance, &mut until).await?;
    let mut connection = AsyncPgConnection::establish(&maintenance).await?;
    connection.batch_execute(&format!("CREATE DATABASE {TEMPLATE}")).await?;
    database::migrate(&cluster.url(TEMPLATE)).await?;
    let janitor = Janitor::start(maintenance);
    Ok(TestServer { cluster, janitor, _until: until })
}

/// In memory if the system has a folder there.
pub(super) fn home() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if nix::unistd::access(memory, nix::unistd::AccessFlags::W_OK).is_ok() {
        return memory.to_owned();
    }
    std::env::temp_dir()
}

/// Folders of test processes that are gone, whose guardian was killed as well: `prefix`, the number of
/// the process, and anything after a dash.
pub(super) fn remove_leftovers(home: &Path, prefix: &str) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid =
            name.to_str().and_then(|name| name.strip_prefix(prefix)?.split('-').next()?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            // Another account's leftover is that account's to remove.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn serve(cluster: &Cluster) -> anyhow::Result<Child> {
    let mut command = cluster.serve_in(UNTIL_THE_TESTS_END)?;
    command.stdin(Stdio::piped()).spawn().context("cannot start the test server")
}

pub(super) async fn wait_until_ready(url: &str, until: &mut Child) -> anyhow::Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    while AsyncPgConnection::establish(url).await.is_err() {
        if Instant::now() > deadline || until.try_wait()?.is_some() {
            bail!("the test server does not answer");
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
