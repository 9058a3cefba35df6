//! A PostgreSQL of one test's own that listens on a port, with the files and rules that the test gives it.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use private_postgres::Cluster;

use super::{
    execute,
    server::{OPTIONS, home, remove_leftovers, wait_until_ready},
};

const PREFIX: &str = "rapport-postgres-";
/// As the tests sign in over the network.
pub const USER: &str = "guest";
pub const PASSWORD: &str = "p%40ss?word";
/// What it is in an address: `%40` of the password is itself written.
const ENCODED: &str = "p%2540ss%3Fword";

/// Serves until its standard input ends, like the shared one; what the test sets comes last and counts.
const SCRIPT: &str = r#"
folder=$1; shift
"$@" -c listen_addresses=127.0.0.1 -c port=$(cat "$folder/port") -c config_file="$folder/cluster/test.conf" <&- &
read -r _; kill -INT $!; wait $!; exec rm -rf "$folder"
"#;

/// Running as long as the value lives.
pub struct NetworkPostgres {
    port: u16,
    _until: Child,
}

impl NetworkPostgres {
    /// Starts one with lines for its configuration and for `pg_hba.conf`, and files beside both. The database
    /// `guest` is there, and the user, who signs in by [`PASSWORD`].
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(settings: &[&str], rules: &[&str], files: &[(&str, &str)]) -> Self {
        remove_leftovers(&home(), PREFIX);
        let port = free_port();
        let folder = home().join(format!("{PREFIX}{}-{port}", std::process::id()));
        let cluster = Cluster::prepare(&folder, OPTIONS).await.expect("PostgreSQL is installed");
        let inner = folder.join("cluster");
        let rules_file = format!("hba_file = '{}'", inner.join("test_hba.conf").display());
        let settings = ["include_if_exists = 'postgresql.conf'", &rules_file]
            .into_iter()
            .chain(settings.iter().copied());
        let write = |name: &str, text: &str| own(&inner, inner.join(name), text);
        write("test.conf", &(settings.collect::<Vec<_>>().join("\n") + "\n"));
        write("test_hba.conf", &format!("local all all trust\n{}\n", rules.join("\n")));
        for (name, text) in files {
            write(name, text);
        }
        own(&inner, folder.join("port"), &port.to_string());
        let mut command = cluster.serve_in(SCRIPT).expect("its log can be written");
        let mut until = command.stdin(Stdio::piped()).spawn().expect("there is a shell");
        let local = format!("{}&port={port}", cluster.url("postgres"));
        wait_until_ready(&local, &mut until).await.expect("it starts");
        let user = format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'");
        execute(&local, &user).await.expect("a new user");
        execute(&local, &format!("CREATE DATABASE {USER} OWNER {USER}")).await.expect("a new database");
        Self { port, _until: until }
    }

    /// Where it answers to the user, under a name or address of this machine.
    pub fn url(&self, host: &str, parameters: &str) -> String {
        format!("postgresql://{USER}:{ENCODED}@{host}:{}/{USER}?{parameters}", self.port)
    }
}

/// Writes a file for the account that serves.
fn own(cluster: &Path, file: PathBuf, text: &str) {
    let owner = fs::metadata(cluster).expect("it was made");
    fs::write(&file, text).expect("the folder can be written");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("it is ours");
    chown(&file, Some(owner.uid()), Some(owner.gid())).expect("it is ours to give");
}

fn free_port() -> u16 {
    let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    probe.local_addr().expect("it is bound").port()
}
