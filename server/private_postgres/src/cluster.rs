//! The files of a private server, and the command that serves them.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use super::{
    NAME, Options, adopt,
    binaries::{self, Binaries},
    identity::Identity,
    log::Log,
    own_files, socket,
};

/// Where the files are, under the folder of a private server.
pub(super) fn files(folder: &Path) -> PathBuf {
    folder.join("cluster")
}

/// The major version that made the files, when they are there.
pub(super) fn made_by(folder: &Path) -> Option<String> {
    let version = own_files::read_text(&files(folder).join("PG_VERSION")).ok()?;
    Some(version.trim().to_owned())
}

/// A server's files, ready to be served.
pub struct Cluster {
    folder: PathBuf,
    binaries: Binaries,
    identity: Identity,
    socket: PathBuf,
    options: Options,
}

impl Cluster {
    /// Makes the files in `folder` unless they are there.
    ///
    /// # Errors
    /// PostgreSQL is not installed, may not run here, or the folder cannot be used.
    pub async fn prepare(folder: &Path, options: Options) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let made_by = made_by(&folder);
        let binaries = binaries::find(made_by.as_deref())?;
        let identity = match adopt::find(&files(&folder)) {
            // Changing the owner under a running server would take its files away from it.
            Some(_) => Identity::owning(&files(&folder))?,
            None => Identity::choose(&folder, &binaries.postgres)?,
        };
        identity.make_home(&folder)?;
        let socket = socket::folder(&folder, identity)?;
        let cluster = Self { folder, binaries, identity, socket, options };
        if made_by.is_none() {
            cluster.initialise().await?;
        }
        Ok(cluster)
    }

    pub(super) fn files(&self) -> PathBuf {
        files(&self.folder)
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    #[cfg(test)]
    pub(super) fn identity(&self) -> Identity {
        self.identity
    }

    #[cfg(feature = "testing")]
    pub fn url(&self, database: &str) -> String {
        socket::url(&self.socket, database)
    }

    /// Under another name first: a crash in between leaves nothing half made.
    async fn initialise(&self) -> anyhow::Result<()> {
        let unfinished = self.folder.join("unfinished");
        // C.UTF-8 is not everywhere; C always is, and orders the same.
        for locale in ["C.UTF-8", "C"] {
            if unfinished.exists() {
                fs::remove_dir_all(&unfinished)?;
            }
            // The account cannot make it itself: the folder around it is not the account's.
            self.identity.make_folder(&unfinished)?;
            let output = tokio::process::Command::from(self.initdb(&unfinished, locale)).output().await;
            let output = output.with_context(|| format!("cannot run {}", self.binaries.initdb.display()))?;
            if output.status.success() {
                fs::rename(&unfinished, self.files())?;
                return Ok(File::open(&self.folder)?.sync_all()?);
            }
            let said = String::from_utf8_lossy(&output.stderr);
            if locale == "C" || !said.contains("locale") {
                bail!("PostgreSQL could not make its files: {}", last_line(&said));
            }
        }
        unreachable!("the last locale returns either way")
    }

    fn initdb(&self, into: &Path, locale: &str) -> Command {
        let mut command = self.identity.command(&self.binaries.initdb);
        command.arg("--pgdata").arg(into).arg("--locale").arg(locale);
        command.args(["--encoding=UTF8", "--auth=trust", "--no-instructions"]).args(["--username", NAME]);
        if !self.options.durable {
            command.arg("--no-sync");
        }
        command
    }

    /// The server in the foreground, its log going to a file.
    pub(crate) fn serve(&self) -> anyhow::Result<Command> {
        let mut command = self.identity.command(&self.binaries.postgres);
        command.args(self.arguments());
        self.log_to_file(&mut command)?;
        Ok(command)
    }

    /// The same under a shell script of the caller's own, which finds the folder in `$1` and the server's command,
    /// with what lends it its identity, after it.
    #[cfg(feature = "testing")]
    ///
    /// # Errors
    /// Its log cannot be written.
    pub fn serve_in(&self, script: &str) -> anyhow::Result<Command> {
        let mut command = Identity::Own.command(Path::new("/bin/sh"));
        command.args(["-c", script, "sh"]).arg(&self.folder);
        command.args(self.identity.prefix()).arg(&self.binaries.postgres).args(self.arguments());
        self.log_to_file(&mut command)?;
        Ok(command)
    }

    fn log_to_file(&self, command: &mut Command) -> anyhow::Result<()> {
        self.identity.own(&self.files())?;
        self.log().bound();
        let log = self.log().open()?;
        command.stdout(log.try_clone()?).stderr(log);
        Ok(())
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec!["-D".into(), self.files().into(), "-k".into(), self.socket.clone().into()];
        for setting in self.settings() {
            arguments.extend(["-c".into(), setting.into()]);
        }
        arguments
    }

    fn settings(&self) -> [String; 12] {
        let safe = if self.options.durable { "on" } else { "off" };
        let connections = self.options.max_connections;
        [
            "listen_addresses=".to_owned(),
            "unix_socket_permissions=0700".to_owned(),
            "shared_buffers=128MB".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            // What people wrote never goes to a log: no statements, no details of a violated key.
            "log_min_messages=warning".to_owned(),
            "log_min_error_statement=panic".to_owned(),
            "log_error_verbosity=terse".to_owned(),
            format!("max_connections={connections}"),
            format!("fsync={safe}"),
            format!("synchronous_commit={safe}"),
            format!("full_page_writes={safe}"),
        ]
    }

    pub(super) fn log(&self) -> Log {
        Log::new(&self.folder, self.identity)
    }

    /// What the server said after the first `from` bytes of its log, in one line.
    pub(super) fn last_words(&self, from: u64) -> String {
        // Its log is on the same disk, and may not hold why.
        let disk = nix::sys::statvfs::statvfs(&self.folder);
        if disk.is_ok_and(|disk| disk.blocks_available() == 0) {
            return "the disk is full".to_owned();
        }
        let log = self.log().after(from);
        // Not what it said to connections, ours among them.
        let to_others = ["terminating connection", "the database system is"];
        let mut lines = log.lines().rev().filter(|line| line.contains("FATAL") || line.contains("PANIC"));
        let fatal = lines.find(|line| !to_others.iter().any(|words| line.contains(words)));
        fatal.map_or_else(|| last_line(&log), str::to_owned)
    }
}

fn last_line(text: &str) -> String {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it did not say why").trim().to_owned()
}
