//! Row 44: backup under load, restore to empty, start; and every backup that is refused.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use backend::{Backend, database, sessions::NewSession};
use model::{Chat, Code, RoomId, wire::ServerFrame};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use server::archive::Archive;
use sha2::{Digest, Sha256};
use testing::{execute, history, number, person, session};
use tokio::{task::JoinHandle, time::sleep};

use crate::{
    program::{Program, command, home, run, said},
    world::Device,
};

/// Says 1, 2, 3 … in a room, one after the other, until told to end.
struct Writer {
    room: RoomId,
    reader: NewSession,
    accepted: Arc<AtomicI64>,
    end: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Writer {
    async fn start(program: &Program, backend: &Backend, name: &str) -> Self {
        let (one, other) =
            (person(backend, &format!("{name}_one")).await, person(backend, &format!("{name}_two")).await);
        let room = backend.open_private(&one, other.user()).await.unwrap().id;
        let reader = session(backend, other.user()).await;
        let mut device = program.dial(&session(backend, one.user()).await).await;
        device.catch_up(&[]).await;
        let (accepted, end) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let task = tokio::spawn(write(device, room, accepted.clone(), end.clone()));
        Self { room, reader, accepted, end, task }
    }

    fn accepted(&self) -> i64 {
        self.accepted.load(Ordering::SeqCst)
    }

    async fn reached(&self, number: i64) {
        while self.accepted() < number {
            assert!(!self.task.is_finished(), "the writer goes on");
            sleep(Duration::from_millis(5)).await;
        }
    }

    async fn end(&mut self) {
        self.end.store(true, Ordering::SeqCst);
        (&mut self.task).await.unwrap();
    }
}

async fn write(mut device: Device, room: RoomId, accepted: Arc<AtomicI64>, end: Arc<AtomicBool>) {
    while !end.load(Ordering::SeqCst) {
        let number = accepted.load(Ordering::SeqCst) + 1;
        let id = device.send(room, &number.to_string()).await;
        match device.answer(id).await {
            Ok(seq) => {
                assert_eq!(seq, number);
                accepted.store(number, Ordering::SeqCst);
            }
            Err(error) if error.code == Code::RateLimited => {
                sleep(Duration::from_millis(error.retry_after.unwrap_or(50).into())).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

async fn caught_up(chat: &mut Chat, device: &mut Device) {
    device.say(&chat.hello()).await;
    loop {
        let frame = device.next().await;
        let last = matches!(frame, ServerFrame::CaughtUp);
        chat.receive(frame);
        if last {
            return;
        }
    }
}

fn bodies(chat: &Chat, room: RoomId) -> Vec<String> {
    let timeline = &chat.conversation(room).unwrap().timeline;
    timeline.messages().iter().map(|message| message.body.clone()).collect()
}

/// Fails when the client's rule for a server that was set back (`Timeline::is_set_back`) or the
/// server's `limited` answer to a cursor ahead of it is off, or the dump is not of one moment.
#[tokio::test(flavor = "multi_thread")]
async fn row_44_what_was_backed_up_under_load_comes_back_whole_and_clients_follow() {
    let home = home();
    let (data, new, file) = (home.path().join("data"), home.path().join("new"), home.path().join("backup"));
    let program = Program::start(&data).await;
    let backend = program.backend().await;
    let mut writers = Vec::new();
    for name in ["ana", "bea", "cai", "dov"] {
        writers.push(Writer::start(&program, &backend, name).await);
    }
    let mut before = Vec::new();
    for writer in &writers {
        writer.reached(20).await;
        before.push(writer.accepted());
    }
    run(&data, &["admin", "backup", file.to_str().unwrap()]).await.unwrap();
    let mut chats = Vec::new();
    for writer in &mut writers {
        writer.reached(writer.accepted() + 5).await;
        writer.end().await;
        let mut chat = Chat::new(writer.reader.who.user());
        caught_up(&mut chat, &mut program.dial(&writer.reader).await).await;
        chat.disconnected();
        chats.push(chat);
    }
    drop(backend);
    program.stop().await;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let told = run(&new, &["admin", "restore", file.to_str().unwrap()]).await.unwrap();
    assert!(told.contains("8 people, 4 chats, "), "{told}");
    let program = Program::start(&new).await;
    let backend = program.backend().await;
    database::audit(&program.database_url()).await.unwrap();
    for ((writer, chat), before) in writers.iter().zip(&mut chats).zip(before) {
        let there = history(&backend, writer.room).await;
        let there: Vec<(i64, String)> = there.into_iter().map(|(seq, _, body)| (seq, body)).collect();
        let last = there.len() as i64;
        assert!((before..writer.accepted()).contains(&last), "{before} {last} {}", writer.accepted());
        assert_eq!(there, (1..=last).map(|n| (n, n.to_string())).collect::<Vec<_>>());

        // The access token made before goes on: the secret came back too.
        let mut device = program.dial(&writer.reader).await;
        caught_up(chat, &mut device).await;
        let id = device.send(writer.room, "after").await;
        while chat.conversation(writer.room).unwrap().timeline.rev().0 <= last {
            chat.receive(device.next().await);
        }
        let mut expected: Vec<String> = there.into_iter().map(|(_, body)| body).collect();
        expected.push("after".to_owned());
        let seen = bodies(chat, writer.room);
        assert!(seen.len() > 1 && expected.ends_with(&seen), "{seen:?}\n{expected:?}");
        device.send_as(writer.room, id, "after").await;
        assert_eq!(device.answer(id).await, Ok(last + 1));
    }
    drop(backend);
    program.stop().await;
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// A tar file that agrees with itself around a dump that is none.
fn agreeing(file: &Path, dump: &[u8]) {
    use sha2::{Digest, Sha256};
    let sum = hex::encode(Sha256::digest(dump));
    let manifest = serde_json::json!({
        "format": 1, "program": "0.1.0", "schema": database::newest_schema().unwrap(),
        "made_at": "2026-11-24T00:00:00Z", "database_sha256": sum, "secret_sha256": null,
    });
    let mut tar = tar::Builder::new(fs::File::create(file).unwrap());
    for (name, content) in [("database.dump", dump), ("rapport.json", manifest.to_string().as_bytes())] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, name, content).unwrap();
    }
    tar.finish().unwrap();
}

/// Fails when the sums are not compared, when a target is not looked at first, or when the folder
/// beside is not removed.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_backed_up_or_restored_is_refused_and_leaves_nothing() {
    let home = home();
    let (data, new, file) = (home.path().join("data"), home.path().join("new"), home.path().join("backup"));
    let path = file.to_str().unwrap();
    let refused = run(&data, &["admin", "backup", path]).await.unwrap_err();
    assert!(refused.contains("there is nothing to back up"), "{refused}");
    assert_eq!(names(home.path()), [""; 0]);

    run(&data, &["migrate"]).await.unwrap();
    run(&data, &["admin", "backup", path]).await.unwrap();
    let whole = fs::read(&file).unwrap();
    let refused = run(&data, &["admin", "backup", path]).await.unwrap_err();
    assert!(refused.ends_with("is there already; name a new file"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), whole);
    let refused = run(&data, &["admin", "restore", path]).await.unwrap_err();
    assert!(refused.contains("is not empty"), "{refused}");

    for length in [0, 100, 600, whole.len() / 2, whole.len() - 2_000] {
        fs::write(&file, &whole[..length]).unwrap();
        let refused = run(&new, &["admin", "restore", path]).await.unwrap_err();
        assert!(refused.contains("is not a"), "{length}: {refused}");
    }
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::write(&file, damaged).unwrap();
    let refused = run(&new, &["admin", "restore", path]).await.unwrap_err();
    assert!(refused.contains("is damaged"), "{refused}");
    agreeing(&file, b"not a dump");
    let refused = run(&new, &["admin", "restore", path]).await.unwrap_err();
    assert!(refused.contains("pg_restore failed"), "{refused}");
    assert_eq!(names(home.path()), ["backup", "data"]);
    fs::write(&file, whole).unwrap();
    fs::create_dir(&new).unwrap();
    run(&new, &["admin", "restore", path]).await.unwrap();
}

/// The late step here is the audit, after everything stands. Fails when what was restored stays
/// (`clear` is not called: the second try finds the database full), and when the secret is kept first.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_into_a_database_that_fails_late_leaves_it_empty() {
    let home = home();
    let (data, new, path) = (home.path().join("data"), home.path().join("new"), home.path().join("backup"));
    let file = path.to_str().unwrap();
    let program = Program::start(&data).await;
    let url = program.database_url();
    let backend = program.backend().await;
    let mut writer = Writer::start(&program, &backend, "ana").await;
    writer.reached(3).await;
    writer.end().await;
    drop(backend);
    execute(&url, "UPDATE rooms SET last_seq = last_seq + 1, rev = rev + 1").await.unwrap();
    run(&data, &["admin", "backup", file]).await.unwrap();
    execute(&url, "CREATE DATABASE other").await.unwrap();
    let other = url.replace("/rapport?", "/other?");
    assert!(database::is_empty(&other).await.unwrap());
    let restore = || {
        let mut command = command(&new, &["admin", "restore", file]);
        command.env("DATABASE_URL", &other);
        said(command)
    };

    for _ in 0..2 {
        let refused = restore().await.unwrap_err();
        assert_eq!(refused, "rapport: the messages of 1 rooms are not numbered without holes");
        assert!(database::is_empty(&other).await.unwrap());
        assert!(!new.join("secret").exists());
    }

    execute(&url, "UPDATE rooms SET last_seq = last_seq - 1, rev = rev - 1").await.unwrap();
    fs::remove_file(&path).unwrap();
    run(&data, &["admin", "backup", file]).await.unwrap();
    let told = restore().await.unwrap();
    assert!(told.contains("2 people, 1 chats, "), "{told}");
    assert_eq!(fs::read(new.join("secret")).unwrap(), fs::read(data.join("secret")).unwrap());
    let refused = restore().await.unwrap_err();
    assert!(refused.contains("the database of DATABASE_URL is not empty"), "{refused}");
    program.stop().await;
}

/// Stopped while `pg_restore` is at work: nothing of it may come later.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_into_a_database_that_is_stopped_leaves_it_empty() {
    let home = home();
    let (data, path) = (home.path().join("data"), home.path().join("backup"));
    let file = path.to_str().unwrap();
    run(&data, &["admin", "demo"]).await.unwrap();
    run(&data, &["admin", "backup", file]).await.unwrap();
    let program = Program::start(&data).await;
    let url = program.database_url();
    execute(&url, "CREATE DATABASE other").await.unwrap();
    let other = url.replace("/rapport?", "/other?");
    for _ in 0..3 {
        let mut command = command(&home.path().join("new"), &["admin", "restore", file]);
        command.env("DATABASE_URL", &other).stderr(std::process::Stdio::piped());
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
        let works = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_restore'";
        while number(&url, works).await.unwrap() == 0 {
            sleep(Duration::from_millis(2)).await;
        }
        kill(Pid::from_raw(child.id().unwrap().try_into().unwrap()), Signal::SIGTERM).unwrap();
        let ended = child.wait_with_output().await.unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && said.contains("stopped before the end"), "{said}");
        assert!(database::is_empty(&other).await.unwrap());
        assert!(!home.path().join("new/secret").exists());
    }
    program.stop().await;
}

/// Sums tell that a backup is whole, and not who wrote it.
#[test]
fn a_backup_with_a_secret_that_can_be_guessed_is_refused() {
    let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/20261126000004.backup");
    let home = home();
    let path = home.path().join("backup");
    let secret = "0".repeat(64);
    let mut changed = tar::Builder::new(Vec::new());
    for entry in tar::Archive::new(fs::File::open(whole).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let (mut header, mut bytes) = (entry.header().clone(), Vec::new());
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        match entry.path().unwrap().to_str() {
            Some("secret") => bytes = secret.clone().into_bytes(),
            Some("rapport.json") => {
                let mut manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                manifest["secret_sha256"] = hex::encode(Sha256::digest(&secret)).into();
                bytes = serde_json::to_vec(&manifest).unwrap();
            }
            _ => {}
        }
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        changed.append(&header, &*bytes).unwrap();
    }
    fs::write(&path, changed.into_inner().unwrap()).unwrap();
    let refused = Archive::open(&path).map(drop).unwrap_err().to_string();
    assert!(refused.ends_with("holds a secret that can be guessed: Rapport has not made it"), "{refused}");
}

/// What is not as this program writes it, somebody else put there. Fails when `look` takes the last of two entries
/// for right (and `restore` the first, which nobody has summed).
#[test]
fn a_backup_with_more_than_it_should_hold_is_refused() {
    let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/20261126000004.backup");
    let home = home();
    let path = home.path().join("backup");
    let add = |names: &[&str], kind: tar::EntryType| {
        let mut changed = tar::Builder::new(Vec::new());
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(4);
            header.set_entry_type(kind);
            changed.append_data(&mut header, name, &b"evil"[..]).unwrap();
        }
        let mut original = tar::Archive::new(fs::File::open(whole).unwrap());
        for entry in original.entries().unwrap() {
            let entry = entry.unwrap();
            changed.append(&entry.header().clone(), entry).unwrap();
        }
        fs::write(&path, changed.into_inner().unwrap()).unwrap();
        Archive::open(&path).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(add(&[], tar::EntryType::Regular), Ok(()));
    for names in [&["database.dump"][..], &["secret"], &["rapport.json"], &["x"], &["./database.dump", "a/b"]]
    {
        let refused = add(names, tar::EntryType::Regular).unwrap_err();
        assert!(refused.ends_with("is not a backup, or damaged"), "{names:?}: {refused}");
    }
    let refused = add(&["x"], tar::EntryType::Fifo).unwrap_err();
    assert!(refused.ends_with("is not a backup, or damaged"), "{refused}");
}
