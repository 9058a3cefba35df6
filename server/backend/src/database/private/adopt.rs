//! Recognising a server that a killed program left behind.

use std::{
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// A postmaster that serves certain files right now.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) pid: i32,
    pub(super) socket: PathBuf,
}

/// The postmaster that serves `files`, by the file it left there. A number that now belongs to
/// another process does not count: numbers come back soon, in containers at once.
pub(super) fn find(files: &Path) -> Option<Found> {
    let text = fs::read_to_string(files.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let socket = PathBuf::from(lines.nth(3).unwrap_or_default().trim());
    serves(pid, files).then_some(Found { pid, socket })
}

/// Whether process `pid` is alive and a postmaster of `files`.
pub(super) fn serves(pid: i32, files: &Path) -> bool {
    if !alive(pid) {
        return false;
    }
    let Ok(arguments) = fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    arguments.split(|byte| *byte == 0).any(|one| one == files.as_os_str().as_bytes())
}

/// Whether a process runs; one that has ended and waits to be collected does not.
fn alive(pid: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

/// Removes the marks of a dead postmaster whose number another process has now: PostgreSQL would
/// take that process for the postmaster and refuse to start.
pub(super) fn remove_stale_marks(files: &Path, socket: &Path) {
    if find(files).is_some() {
        return;
    }
    for mark in [files.join("postmaster.pid"), socket.join(".s.PGSQL.5432.lock")] {
        let number = fs::read_to_string(&mark).ok().and_then(|text| text.lines().next()?.trim().parse().ok());
        if number.is_some_and(alive) {
            tracing::warn!(file = %mark.display(), "removing the mark of a PostgreSQL that is gone");
            let _ = fs::remove_file(&mark);
        }
    }
}
