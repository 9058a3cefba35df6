//! Row 8: a disk that is full. A small file system in memory, where mounting is permitted.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use model::{
    Code, MessageId, Rev,
    wire::{ClientFrame, ServerFrame},
};
use tempfile::TempDir;
use testing::{execute, history, person, session};
use tokio::time::{Instant, sleep};

use crate::program::{Program, home, run};

/// PostgreSQL starts again, and may have to wait five seconds between two tries.
const BACK_WITHIN: Duration = Duration::from_secs(90);

/// A small file system of its own, unmounted when dropped.
pub(crate) struct Disk {
    folder: PathBuf,
    _home: TempDir,
}

impl Disk {
    /// None, with a notice, where mounting is not permitted.
    pub(crate) fn mount(megabytes: u32) -> Option<Self> {
        let home = home();
        let folder = home.path().join("disk");
        std::fs::create_dir(&folder).unwrap();
        let options = format!("size={megabytes}m,mode=711");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&folder).stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: a file system cannot be mounted here (needs root)");
            return None;
        }
        Some(Self { folder, _home: home })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn set_read_only(&self) {
        let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.folder).status();
        assert!(remounted.unwrap().success());
    }

    /// Takes the last byte.
    fn fill(&self) {
        let mut file =
            OpenOptions::new().create(true).append(true).open(self.folder.join("ballast")).unwrap();
        for size in [1 << 20, 4096, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.folder.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a test that failed may have left a PostgreSQL on it.
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

/// Spends what room the write-ahead log has left in files made before.
async fn use_up_the_log(url: &str) {
    for _ in 0..8 {
        let _ = execute(url, "SELECT pg_logical_emit_message(true, 'x', 'x')").await;
        let _ = execute(url, "SELECT pg_switch_wal()").await;
    }
}

/// Fails when the private PostgreSQL is not started again after its panic, and when an answer does
/// not wait for the commit.
#[tokio::test(flavor = "multi_thread")]
async fn row_8_a_full_disk_is_said_and_nothing_accepted_is_lost() {
    let Some(disk) = Disk::mount(160) else { return };
    let data = disk.path().join("data");
    let program = Program::start(&data).await;
    let backend = program.backend().await;
    let (ana, bo) = (person(&backend, "ana").await, person(&backend, "bo_").await);
    let room = backend.open_private(&ana, bo.user()).await.unwrap().id;
    let mut ana = program.dial(&session(&backend, ana.user()).await).await;
    ana.catch_up(&[]).await;
    let mut accepted = Vec::new();
    for _ in 0..20 {
        let id = ana.send(room, "with room").await;
        accepted.push((ana.answer(id).await.unwrap(), id));
    }

    disk.fill();
    let url = program.database_url();
    let refused = loop {
        use_up_the_log(&url).await;
        disk.fill();
        let id = ana.send(room, "without room").await;
        match ana.answer(id).await {
            Ok(seq) => accepted.push((seq, id)),
            Err(error) if error.code == Code::RateLimited => {
                sleep(Duration::from_millis(error.retry_after.unwrap_or(50).into())).await;
            }
            Err(error) => {
                assert_eq!(error.code, Code::Unavailable, "{error}");
                break id;
            }
        }
    };
    // Reading goes on, or is refused in words; the program says how it is.
    ana.say(&ClientFrame::Fetch { room, after: Rev(0) }).await;
    let read = ana.until(|frame| match frame {
        ServerFrame::Changes { messages, .. } => Some(Ok(messages.len())),
        ServerFrame::Error { error, .. } => Some(Err(error.code)),
        _ => None,
    });
    let read = read.await;
    assert!(read == Err(Code::Unavailable) || read.is_ok_and(|count| count >= accepted.len()), "{read:?}");
    assert!([200, 503].contains(&program.get("/readyz", None).await));

    disk.make_room();
    let deadline = Instant::now() + BACK_WITHIN;
    let seq = loop {
        ana.send_as(room, refused, "without room").await;
        match ana.answer(refused).await {
            Ok(seq) => break seq,
            Err(error) => assert!(Instant::now() < deadline, "not back: {error}"),
        }
        sleep(Duration::from_millis(200)).await;
    };
    accepted.push((seq, refused));
    assert_eq!(program.get("/readyz", None).await, 200);
    accepted.sort();
    let there = history(&program.backend().await, room).await;
    let there: Vec<(i64, MessageId)> = there.into_iter().map(|(seq, id, _)| (seq, id)).collect();
    assert_eq!(there, accepted);
    drop(backend);
    program.stop().await;
}

/// Fails when what was begun is not removed.
#[tokio::test(flavor = "multi_thread")]
async fn row_8_a_backup_that_does_not_fit_leaves_nothing() {
    let Some(disk) = Disk::mount(1) else { return };
    let home = home();
    let data = home.path().join("data");
    run(&data, &["admin", "demo"]).await.unwrap();
    File::create(disk.path().join("ballast")).unwrap().write_all(&[1; 900 << 10]).unwrap();
    let file = disk.path().join("backup");
    let refused = run(&data, &["admin", "backup", file.to_str().unwrap()]).await.unwrap_err();
    assert_eq!(refused, format!("rapport: the disk is full; {} was not written", file.display()));
    let names: Vec<_> =
        std::fs::read_dir(disk.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["ballast"]);
}
