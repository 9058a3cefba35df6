//! Recognising a server that a killed program left behind.

use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use super::own_files::read_text;

/// A postmaster that serves certain files right now.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) pid: i32,
    pub(super) socket: PathBuf,
}

/// The postmaster that serves `files`, by the file it left there. A number that now belongs to
/// another process does not count: numbers come back soon, in containers at once.
pub(super) fn find(files: &Path) -> Option<Found> {
    let text = read_text(&files.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let socket = PathBuf::from(lines.nth(3).unwrap_or_default().trim());
    serves(pid, files).then_some(Found { pid, socket })
}

/// Whether process `pid` is alive and a postmaster of `files`. One of another account is none: the number stands
/// in a file that the database's account can write, and root sends signals to it.
pub(super) fn serves(pid: i32, files: &Path) -> bool {
    if !alive(pid) || owner(&Path::new("/proc").join(pid.to_string())) != owner(files) {
        return false;
    }
    let Ok(arguments) = fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    arguments.split(|byte| *byte == 0).any(|one| one == files.as_os_str().as_bytes())
}

fn owner(path: &Path) -> Option<u32> {
    Some(fs::symlink_metadata(path).ok()?.uid())
}

/// The processes that a process has started, and that still run.
pub(super) fn children(parent: i32) -> Vec<i32> {
    let is_child = |pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        fields.split_whitespace().nth(1).and_then(|pid| pid.parse().ok()) == Some(parent)
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_child).collect()
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
        // PostgreSQL would wait for the other end of a pipe, for ever.
        if fs::symlink_metadata(&mark).is_ok_and(|found| !found.is_file()) {
            tracing::warn!(file = %mark.display(), "removing what takes the place of a mark of PostgreSQL");
            let _ = fs::remove_file(&mark);
            continue;
        }
        let number = read_text(&mark).ok().and_then(|text| text.lines().next()?.trim().parse().ok());
        if number.is_some_and(alive) {
            tracing::warn!(file = %mark.display(), "removing the mark of a PostgreSQL that is gone");
            let _ = fs::remove_file(&mark);
        }
    }
}
