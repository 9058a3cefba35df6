//! Who PostgreSQL runs as. It refuses root, so a program run by root lends it another identity.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, lchown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use nix::unistd::{User, geteuid};

const NAMESPACE: [&str; 4] = ["--user", "--map-user=1000", "--map-group=1000", "--"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The account that runs the program.
    Own,
    /// Root gives its rights up for those of an account that has none.
    Account { uid: u32, gid: u32 },
    /// Root's own files, under another name inside a user namespace and without root's rights:
    /// for folders that no other account may reach, such as a clone in /root.
    Namespace,
}

impl Identity {
    /// Chooses for a server with its files in `folder` (whose parent is the data folder) and its
    /// programs in `programs`.
    pub(crate) fn choose(folder: &Path, programs: &Path) -> anyhow::Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Own);
        }
        for name in ["postgres", "nobody"] {
            let Ok(Some(user)) = User::from_name(name) else { continue };
            let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
            if can_reach(programs, uid, gid) && let_through(folder, uid, gid) {
                return Ok(Self::Account { uid, gid });
            }
        }
        if namespaces_work() {
            return Ok(Self::Namespace);
        }
        bail!(
            "PostgreSQL refuses to run as root, and no other account can reach {}; \
             choose another folder with --data, or run the program as an ordinary user",
            folder.display()
        )
    }

    /// The one that `files` belong to.
    pub(crate) fn owning(files: &Path) -> std::io::Result<Self> {
        let found = fs::metadata(files)?;
        Ok(match (geteuid().is_root(), found.uid()) {
            (false, _) => Self::Own,
            (true, 0) => Self::Namespace,
            (true, uid) => Self::Account { uid, gid: found.gid() },
        })
    }

    /// A command that runs `program` as this identity, away from the caller's environment and
    /// working directory, in a process group of its own: Ctrl-C reaches only the program.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = match self {
            Self::Namespace => {
                let mut command = Command::new("unshare");
                command.args(NAMESPACE).arg(program);
                command
            }
            Self::Own | Self::Account { .. } => Command::new(program),
        };
        if let Self::Account { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command.env_clear().envs(kept_environment()).current_dir("/").process_group(0).stdin(Stdio::null());
        command
    }

    /// Makes `folder`, for this identity's eyes only.
    pub(crate) fn make_folder(self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        self.own(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("cannot protect {}", folder.display()))
    }

    /// Gives `path` and everything in it to this identity, when root may.
    pub(crate) fn own(self, path: &Path) -> anyhow::Result<()> {
        let (uid, gid) = match self {
            Self::Own => return Ok(()),
            Self::Account { uid, gid } => (uid, gid),
            Self::Namespace => (0, 0),
        };
        let found = fs::symlink_metadata(path)?;
        if found.uid() == uid && found.gid() == gid {
            return Ok(());
        }
        chown_all(path, uid, gid).with_context(|| format!("cannot give {} to its account", path.display()))
    }
}

fn chown_all(path: &Path, uid: u32, gid: u32) -> std::io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        for entry in fs::read_dir(path)? {
            chown_all(&entry?.path(), uid, gid)?;
        }
    }
    // Last, so that a change broken off half-way is taken up again.
    lchown(path, Some(uid), Some(gid))
}

/// `LD_LIBRARY_PATH` is there for a PostgreSQL installed out of the way.
fn kept_environment() -> impl Iterator<Item = (&'static str, String)> {
    ["PATH", "LD_LIBRARY_PATH"]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var(name).ok()?)))
        .chain([("LC_ALL", "C".to_owned())])
}

/// Whether an account may pass every folder down to `path`.
fn can_reach(path: &Path, uid: u32, gid: u32) -> bool {
    path.ancestors().skip(1).all(|folder| may_pass(folder, uid, gid))
}

fn may_pass(folder: &Path, uid: u32, gid: u32) -> bool {
    let Ok(found) = fs::metadata(folder) else { return false };
    let bit = match () {
        () if found.uid() == uid => 0o100,
        () if found.gid() == gid => 0o010,
        () => 0o001,
    };
    found.mode() & bit != 0
}

/// Like [`can_reach`], and opens the data folder itself to the account's group (to pass, not to
/// look) when that is all that stands in the way.
fn let_through(folder: &Path, uid: u32, gid: u32) -> bool {
    let Some(data) = folder.parent() else { return false };
    if !can_reach(data, uid, gid) {
        return false;
    }
    if may_pass(data, uid, gid) {
        return true;
    }
    let opened = fs::metadata(data).and_then(|found| {
        lchown(data, None, Some(gid))?;
        fs::set_permissions(data, fs::Permissions::from_mode(found.mode() & 0o7707 | 0o010))
    });
    opened.is_ok()
}

fn namespaces_work() -> bool {
    let tried = Command::new("unshare").args(NAMESPACE).arg("true").stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}
