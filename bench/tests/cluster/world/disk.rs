//! A disk that is full: a file system in memory under the files of an engine, which shrinks to what it
//! holds.

use std::{
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use futures::FutureExt;
use nix::sys::statvfs::statvfs;

use super::World;

pub(crate) struct Disk(PathBuf);

/// A row in which an engine has its files on a disk of their own. Skipped, with a notice, where mounting
/// is not permitted.
pub(crate) async fn on_small_disk(world: &World, engine: &str, row: impl AsyncFnOnce(&Disk)) {
    world.order("stop", engine).await;
    let disk = Disk::mount(world.cluster.folder().join("cluster").join(engine));
    world.order("start", engine).await;
    world.until_nodes_read().await;
    let Some(disk) = disk else {
        eprintln!("SKIPPED: a file system cannot be mounted here (needs root)");
        return;
    };
    let ended = AssertUnwindSafe(row(&disk)).catch_unwind().await;
    // However it ended: the cluster is for other rows as well, with what is in it by now.
    world.order("stop", engine).await;
    disk.unmount();
    world.order("start", engine).await;
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

impl Disk {
    fn mount(folder: PathBuf) -> Option<Self> {
        let before = beside(&folder);
        fs::rename(&folder, &before).unwrap();
        fs::create_dir(&folder).unwrap();
        if !run(Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&folder)) {
            fs::remove_dir(&folder).unwrap();
            fs::rename(&before, &folder).unwrap();
            return None;
        }
        copy(&before, &folder);
        fs::remove_dir_all(&before).unwrap();
        Some(Self(folder))
    }

    fn unmount(self) {
        let after = beside(&self.0);
        copy(&self.0, &after);
        assert!(run(Command::new("umount").arg(&self.0)), "{} stays mounted", self.0.display());
        fs::remove_dir(&self.0).unwrap();
        fs::rename(&after, &self.0).unwrap();
    }

    /// Leaves room for nothing.
    pub(crate) fn fill(&self) {
        // It does not shrink below what is written meanwhile.
        let filled = (0..1_000).any(|_| self.resize(&self.used().to_string()));
        assert!(filled, "{} does not shrink", self.0.display());
    }

    pub(crate) fn make_room(&self) {
        assert!(self.resize("50%"));
    }

    fn resize(&self, size: &str) -> bool {
        run(Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0))
    }

    fn used(&self) -> u64 {
        let found = statvfs(&self.0).unwrap();
        (found.blocks() - found.blocks_free()) * found.fragment_size()
    }
}

fn beside(folder: &Path) -> PathBuf {
    folder.with_extension("elsewhere")
}

/// With owners, modes and holes.
fn copy(from: &Path, to: &Path) {
    assert!(run(Command::new("cp").arg("-aT").arg(from).arg(to)), "{} is not copied", from.display());
}

fn run(command: &mut Command) -> bool {
    command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
