//! The cluster of this test process, and people in it.

mod device;
mod disk;
mod nginx;
mod node;
mod raw;
mod sql;

use std::{
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use bench::{
    check::Trial,
    client::{Http, Refused},
    world::{Cluster, Database, Person, people},
};
use model::{Code, RegistrationId, RoomId};
use serde_json::Value;
use tokio::{
    runtime::Runtime,
    sync::{Mutex, MutexGuard, OnceCell},
    time::sleep,
};

pub(crate) use device::{Dev, NODES, devices};
pub(crate) use disk::on_small_disk;
pub(crate) use nginx::Nginx;
pub(crate) use node::{Node, Way, output};
pub(crate) use raw::Raw;
pub(crate) use sql::Sql;

/// For whatever must come to pass: the machine may be busy with other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads")
});
static WORLD: OnceCell<Mutex<World>> = OnceCell::const_new();

pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) sql: Sql,
    /// Ends with this process, and takes the folder away once the cluster is down.
    _caretaker: ChildStdin,
}

/// A row: alone on the cluster, everything of which runs at its beginning.
pub(crate) fn on_cluster(row: impl AsyncFnOnce(&World)) {
    RUNTIME.block_on(async {
        let mut world = WORLD.get_or_init(World::start).await.lock().await;
        world.cluster.heal().await.expect("everything runs");
        let world: MutexGuard<'_, World> = world;
        world.until_nodes_read().await;
        row(&world).await;
        let panics = world.cluster.panics();
        assert!(panics.is_empty(), "{panics:?}");
    });
}

/// Something without a cluster.
pub(crate) fn alone(row: impl AsyncFnOnce(PathBuf)) {
    RUNTIME.block_on(row(program()));
}

/// The server binary that `CLUSTER_PROGRAM` names, or the one beside this test.
fn program() -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().expect("this is a program");
        test.ancestors().nth(2).unwrap_or(Path::new(".")).join("rapport")
    };
    std::env::var_os("CLUSTER_PROGRAM").map_or_else(beside, PathBuf::from)
}

impl World {
    async fn start() -> Mutex<Self> {
        std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).expect("the repository");
        let cluster = Cluster::start(&program()).await.expect("a cluster");
        let sql = Sql::at(cluster.database_url().unwrap());
        let caretaker = caretaker(&cluster);
        Mutex::new(Self { cluster, sql, _caretaker: caretaker })
    }

    pub(crate) fn http(&self) -> Http {
        Http::new(&self.cluster.origin())
    }

    /// Waits until both nodes read from the database. PostgreSQL answers a little earlier: a node notices with its next
    /// try to connect.
    pub(crate) async fn until_nodes_read(&self) {
        let query = [("registration", RegistrationId::new().to_string())];
        for node in NODES {
            let http = self.at(&self.http(), node);
            let read = async || http.get::<Value>("/api/accounts/registration", &query).await;
            until("the node reads", async || {
                let answer = read().await;
                matches!(answer, Err(Refused::Answered(error)) if error.code == Code::NotFound).then_some(())
            })
            .await;
        }
    }

    pub(crate) fn database(&self) -> Database {
        Database::at(self.cluster.database_url().unwrap())
    }

    /// Two people and their chat, and a third who knows nobody.
    pub(crate) async fn trio(&self) -> (Person, Person, Person, RoomId) {
        let mut people = people(&self.http(), &self.database(), 3, 1).await.unwrap().into_iter();
        let mut next = || people.next().unwrap();
        let (ana, bo, cai) = (next(), next(), next());
        let room = ana.rooms[0];
        (ana, bo, cai, room)
    }

    pub(crate) async fn pair(&self) -> (Person, Person, RoomId) {
        let (ana, bo, _, room) = self.trio().await;
        (ana, bo, room)
    }

    /// Many people who talk.
    pub(crate) async fn trial(&self, count: usize, rooms: usize) -> Trial {
        Trial::start(&self.http(), self.database(), count, rooms).await.unwrap()
    }

    /// The same person at one node: `web-1` or `web-2`.
    pub(crate) fn at(&self, http: &Http, node: &str) -> Http {
        http.at(&self.cluster.address(node).unwrap())
    }

    pub(crate) async fn order(&self, order: &str, part: &str) {
        self.cluster.order(order, part).await.unwrap();
    }

    /// What `rapport admin` says, and whether it succeeds.
    pub(crate) async fn admin(&self, arguments: &[&str]) -> (bool, String) {
        output(self.cluster.program(), &[&["admin"], arguments].concat(), self.cluster.settings()).await
    }

    /// A figure of a node; 0 while it counts nothing of that name.
    pub(crate) async fn figure(&self, part: &str, name: &str) -> f64 {
        let figures = Http::new(&self.cluster.origin()).at(&self.cluster.address(part).unwrap());
        let figures = figures.text("/metrics").await.unwrap();
        let lines = figures
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// Waits until every device shows what stands in the room by SQL, and that is at least `least`
    /// messages with dense numbers, and nothing waits for its number. What stands is read again with
    /// each look: a message may still be on its way to the store while the others are there.
    pub(crate) async fn whole(
        &self,
        room: RoomId,
        least: usize,
        devices: &[&Dev],
    ) -> Vec<(i64, String, String)> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let stored = self.sql.history(room).await;
            assert!(stored.iter().map(|(seq, _, _)| *seq).eq(1..=stored.len() as i64), "{stored:?}");
            let difference = first_difference(&stored, room, devices).await;
            if difference.is_none() && stored.len() >= least {
                return stored;
            }
            assert!(
                Instant::now() < deadline,
                "{} of at least {least} are stored; {difference:?}",
                stored.len()
            );
            sleep(LOOK).await;
        }
    }
}

/// The first device that does not show exactly the stored messages, and what it shows instead.
async fn first_difference(
    stored: &[(i64, String, String)],
    room: RoomId,
    devices: &[&Dev],
) -> Option<String> {
    for (place, device) in devices.iter().enumerate() {
        let (shown, live) = device.shown(room).await;
        if shown != stored || live > 0 {
            let (last, count) = (shown.last(), shown.len());
            return Some(format!("device {place} shows {count} messages, {live} live: {last:?}"));
        }
    }
    None
}

/// Looks until there is something.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(LOOK).await;
    }
}

/// What a static holds is not dropped at the end. The cluster goes down with its standard input;
/// this waits for that, and then takes away what it kept.
fn caretaker(cluster: &Cluster) -> ChildStdin {
    // What is still mounted belongs to a row that was interrupted.
    let wait = "trap '' INT; read -r _; while kill -0 $1 2>/dev/null; do sleep 0.2; done; \
                umount -l \"$2\"/cluster/* 2>/dev/null; rm -rf \"$2\"";
    let mut caretaker = Command::new("sh")
        .args(["-c", wait, "sh", &cluster.supervisor().to_string()])
        .arg(cluster.folder())
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell");
    caretaker.stdin.take().expect("it was asked for")
}
