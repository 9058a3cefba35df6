//! What an earlier program kept, the present one goes on with.
//!
//! `tests/fixtures` holds a small backup for each schema there ever was, named by its number. With
//! a new migration comes one more: `rapport admin backup` of an instance with a few messages.

use std::{collections::BTreeSet, fs, path::PathBuf};

use backend::database::{audit, newest_schema, schema_of};
use model::wire::ServerFrame;
use testing::{execute, member, session};

use crate::program::{Program, home, run};

fn fixtures() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// The numbers of the schemas: those of the migrations that end in one.
#[test]
fn every_schema_has_its_backup() {
    let migrations = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).unwrap();
    let number = |name: String| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let schemas: BTreeSet<String> =
        migrations.map(|entry| number(entry.unwrap().file_name().into_string().unwrap())).collect();
    let kept = fixtures().into_iter().map(|path| number(path.file_stem().unwrap().display().to_string()));
    assert_eq!(kept.collect::<BTreeSet<_>>(), schemas);
}

/// Fails when a migration cannot be applied to rows that are there.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_every_earlier_schema_is_restored_and_served() {
    for fixture in fixtures() {
        let home = home();
        let data = home.path().join("data");
        let told = run(&data, &["admin", "restore", fixture.to_str().unwrap()]).await.unwrap();
        assert!(told.contains(" people, "), "{told}");
        go_on(Program::start(&data).await).await;
    }
}

/// The same by an instance that stood still meanwhile, with all migrations but the newest: its
/// schema is taken back first. Fails like the one before, and when `serve` does not migrate.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_the_schema_before_is_served() {
    let home = home();
    let data = home.path().join("data");
    let program = Program::start(&data).await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let mut migrations: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    migrations.sort();
    // With one migration alone there is nothing before it but an empty database.
    let down = fs::read_to_string(migrations.last().unwrap().join("down.sql")).unwrap();
    execute(&program.database_url(), &down).await.unwrap();
    let forget = "DELETE FROM __diesel_schema_migrations WHERE version = \
                  (SELECT max(version) FROM __diesel_schema_migrations)";
    execute(&program.database_url(), forget).await.unwrap();
    program.stop().await;
    let program = Program::start(&data).await;
    assert_eq!(schema_of(&program.database_url()).await.unwrap(), newest_schema().unwrap());
    program.stop().await;
}

/// The numbers are whole, somebody catches up, and says one more.
async fn go_on(program: Program) {
    let url = program.database_url();
    assert_eq!(schema_of(&url).await.unwrap(), newest_schema().unwrap());
    let before = audit(&url).await.unwrap();
    assert!(before.messages > 0);
    let backend = program.backend().await;
    let eva = member(&backend).await;
    let mut device = program.dial(&session(&backend, eva).await).await;
    let frames = device.catch_up(&[]).await;
    let room = frames.iter().find_map(|frame| match frame {
        ServerFrame::Room { room } => Some(room.clone()),
        _ => None,
    });
    let room = room.expect("a chat");
    let id = device.send(room.id, "and on").await;
    assert_eq!(device.answer(id).await, Ok(room.last_seq.0 + 1));
    assert_eq!(audit(&url).await.unwrap().messages, before.messages + 1);
    drop(backend);
    program.stop().await;
}
