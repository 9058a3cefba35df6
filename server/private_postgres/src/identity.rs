//! Who PostgreSQL runs as. It refuses root, so a program run by root lends it another identity.

use std::{
    ffi::OsString,
    fs::{self, File, Permissions},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, fchown, lchown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use nix::unistd::{Gid, Uid, User, geteuid, setfsgid, setfsuid};

use super::{binaries, own_files};

const NAMESPACE: [&str; 4] = ["--user", "--map-user=1000", "--map-group=1000", "--"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The account that runs the program.
    Own,
    /// Root gives its rights up for those of an account that has none.
    Account { uid: u32, gid: u32 },
    /// Root itself, under another name inside a user namespace: without root's capabilities, and still the owner of
    /// root's files. For folders that no other account may reach, such as a clone in /root; not for an instance on the
    /// internet, see [`reaches_files_of_root`].
    Namespace,
}

impl Identity {
    /// Chooses for a server with its files in `folder` (whose parent is the data folder) and its
    /// programs in `programs`.
    pub(crate) fn choose(folder: &Path, programs: &Path) -> anyhow::Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Own);
        }
        for (uid, gid) in accounts() {
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
        let found = fs::symlink_metadata(files)?;
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

    /// What stands before a program's command to run it as this identity.
    #[cfg(feature = "testing")]
    pub(crate) fn prefix(self) -> Vec<String> {
        match self {
            Self::Own => Vec::new(),
            Self::Account { uid, gid } => {
                let (uid, gid) = (format!("--reuid={uid}"), format!("--regid={gid}"));
                vec!["setpriv".to_owned(), uid, gid, "--clear-groups".to_owned(), "--".to_owned()]
            }
            Self::Namespace => std::iter::once("unshare").chain(NAMESPACE).map(str::to_owned).collect(),
        }
    }

    /// The account that its files belong to.
    pub(super) fn uid(self) -> u32 {
        match self {
            Self::Own | Self::Namespace => geteuid().as_raw(),
            Self::Account { uid, .. } => uid,
        }
    }

    /// Opens files on this thread with no more rights than this identity has.
    pub(super) fn with_its_rights<T>(self, open: impl FnOnce() -> T) -> T {
        let Self::Account { uid, gid } = self else { return open() };
        let group = setfsgid(Gid::from_raw(gid));
        let user = setfsuid(Uid::from_raw(uid));
        let opened = open();
        setfsuid(user);
        setfsgid(group);
        opened
    }

    /// Makes the folder around everything of a server. Its account may pass it and change nothing in it: what
    /// root opens there is what root put there.
    pub(crate) fn make_home(self, folder: &Path) -> anyhow::Result<()> {
        let made = || {
            let opened = own_files::make_folder(folder)?;
            match self {
                Self::Account { gid, .. } => {
                    fchown(&opened, Some(0), Some(gid))?;
                    opened.set_permissions(Permissions::from_mode(0o710))
                }
                Self::Own | Self::Namespace => opened.set_permissions(Permissions::from_mode(0o700)),
            }
        };
        made().with_context(|| format!("{} cannot be used", folder.display()))
    }

    /// Makes `folder`, for this identity's eyes only.
    pub(crate) fn make_folder(self, folder: &Path) -> anyhow::Result<()> {
        let opened = own_files::make_folder(folder);
        let opened = opened.with_context(|| format!("{} cannot be used", folder.display()))?;
        self.protect(&opened).with_context(|| format!("cannot protect {}", folder.display()))
    }

    /// Makes an open folder this identity's alone.
    pub(super) fn protect(self, folder: &File) -> std::io::Result<()> {
        if let Self::Account { uid, gid } = self {
            fchown(folder, Some(uid), Some(gid))?;
        }
        folder.set_permissions(Permissions::from_mode(0o700))
    }

    /// Gives the folder `path` and everything in it to this identity, when root may.
    pub(crate) fn own(self, path: &Path) -> anyhow::Result<()> {
        let (uid, gid) = match self {
            Self::Own => return Ok(()),
            Self::Account { uid, gid } => (uid, gid),
            Self::Namespace => (0, 0),
        };
        let found = fs::symlink_metadata(path)?;
        if found.is_dir() && found.uid() == uid && found.gid() == gid {
            return Ok(());
        }
        let given = own_files::give(path, uid, gid);
        given.with_context(|| format!("cannot give {} to its account", path.display()))
    }
}

/// What PostgreSQL's programs get of the environment. `LD_LIBRARY_PATH` is there for a PostgreSQL installed out of the
/// way; the variables of libpq (`PGHOSTADDR`, `PGSERVICE`) would lead elsewhere than the address.
pub fn kept_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    let libraries = std::env::var_os("LD_LIBRARY_PATH").map(|libraries| ("LD_LIBRARY_PATH", libraries));
    libraries.into_iter().chain([("PATH", binaries::system_path()), ("LC_ALL", "C".into())])
}

/// The accounts that root may lend to a server: its uid and gid.
fn accounts() -> impl Iterator<Item = (u32, u32)> {
    let users = ["postgres", "nobody"].into_iter().filter_map(|name| User::from_name(name).ok().flatten());
    users.map(|user| (user.uid.as_raw(), user.gid.as_raw()))
}

/// Whether a server with its files in `folder` (whose parent is the data folder) has all of root's files in its
/// reach, since no other account may pass the folders above them: see [`Identity::Namespace`].
pub(crate) fn reaches_files_of_root(folder: &Path) -> bool {
    let data = folder.parent().unwrap_or(folder);
    geteuid().is_root() && !accounts().any(|(uid, gid)| can_reach(data, uid, gid))
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
        fs::set_permissions(data, Permissions::from_mode(found.mode() & 0o7707 | 0o010))
    });
    opened.is_ok()
}

fn namespaces_work() -> bool {
    let mut command = Command::new("unshare");
    command.args(NAMESPACE).arg("true").env("PATH", binaries::system_path()).stderr(Stdio::null());
    let tried = command.status();
    tried.is_ok_and(|status| status.success())
}
