//! The log of a private server: a file that belongs to its account, in a folder that its account cannot change.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::{identity::Identity, own_files::open_file};

/// One old log of this size is kept beside the present one, in bytes.
const LONGEST: u64 = 8 << 20;

pub(super) struct Log {
    path: PathBuf,
    identity: Identity,
}

impl Log {
    pub(super) fn new(folder: &Path, identity: Identity) -> Self {
        Self { path: folder.join("log"), identity }
    }

    /// Opens it for the server to append to, with the rights of the server's account.
    ///
    /// # Errors
    /// A link stands in its place: whoever put it there wanted another file to be written.
    pub(super) fn open(&self) -> anyhow::Result<File> {
        let shown = self.path.display();
        match fs::symlink_metadata(&self.path) {
            Ok(found) if found.is_symlink() => bail!("{shown} is a link; remove it"),
            Ok(found) if found.is_file() && found.nlink() == 1 && found.uid() == self.identity.uid() => {}
            // Made by an earlier version, as root. What it is now is not certain, so it is not given away.
            Ok(_) => fs::rename(&self.path, self.old()).and_then(|()| self.create()).context("the log")?,
            Err(_) => self.create().with_context(|| format!("{shown} cannot be made"))?,
        }
        let opened = self.identity.with_its_rights(|| open_file(&self.path, OpenOptions::new().append(true)));
        opened.with_context(|| format!("{shown} cannot be opened"))
    }

    fn create(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path)?;
        match self.identity {
            Identity::Account { uid, gid } => fchown(&file, Some(uid), Some(gid)),
            Identity::Own | Identity::Namespace => Ok(()),
        }
    }

    fn old(&self) -> PathBuf {
        self.path.with_extension("old")
    }

    fn read(&self) -> io::Result<File> {
        open_file(&self.path, OpenOptions::new().read(true))
    }

    /// Keeps it small. The server appends, so it may be cut while it runs.
    pub(super) fn bound(&self) {
        if self.length() > LONGEST
            && let Err(error) = self.cut()
        {
            tracing::warn!(%error, "the log of PostgreSQL cannot be cut");
        }
    }

    fn cut(&self) -> io::Result<()> {
        match fs::remove_file(self.old()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut old = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.old())?;
        let mut log = open_file(&self.path, OpenOptions::new().read(true).write(true))?;
        io::copy(&mut log, &mut old)?;
        log.set_len(0)
    }

    /// How much is in it, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.read().and_then(|log| log.metadata()).map_or(0, |found| found.len())
    }

    /// What follows the first `from` bytes.
    pub(super) fn after(&self, from: u64) -> String {
        let read = || {
            let mut log = self.read()?;
            log.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            log.take(LONGEST).read_to_end(&mut bytes)?;
            io::Result::Ok(bytes)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
    }
}
