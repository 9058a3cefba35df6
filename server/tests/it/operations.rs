//! Running it: what stands in the way is said in one sentence, and nothing is changed or lost.

use std::{fs, net::TcpListener, path::Path};

use backend::{
    database::{newest_schema, private},
    testing::execute,
};

use crate::{
    disk::Disk,
    program::{Program, bare, command, home, run, said},
};

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named() {
    let home = home();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let mut command = bare();
    command.arg("--data").arg(home.path().join("data")).arg("--listen").arg(address.to_string());
    let refused = said(command).await.unwrap_err();
    assert_eq!(
        refused,
        format!("rapport: {address} is in use by another program; choose another with --listen")
    );
    // Asked before a database is made.
    assert!(!home.path().join("data/postgres").exists());
}

/// Fails when the lock is not taken: two programs would serve one database folder.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_serves_one_program() {
    let home = home();
    let data = home.path().join("data");
    let program = Program::start(&data).await;
    for arguments in [&["serve"][..], &["migrate"]] {
        let refused = run(&data, arguments).await.unwrap_err();
        assert!(refused.contains("is in use by another rapport"), "{refused}");
        assert!(refused.contains(&format!("process {}", program.pid())), "{refused}");
    }
    let backend = program.backend().await;
    assert!(backend.database_answers(std::time::Duration::from_secs(5)).await);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_folder_is_named() {
    let Some(disk) = Disk::mount(1) else { return };
    disk.set_read_only();
    for data in [disk.path().to_owned(), disk.path().join("data")] {
        for arguments in [&["serve"][..], &["migrate"]] {
            let refused = run(&data, arguments).await.unwrap_err();
            assert!(refused.contains("cannot be used: read-only filesystem"), "{refused}");
        }
        assert!(run(&data, &["check"]).await.is_err());
    }
}

/// As after an update that was taken back. Fails when `refuse_newer` is left out of `migrate`.
#[tokio::test(flavor = "multi_thread")]
async fn a_schema_newer_than_the_program_is_refused_with_both_numbers() {
    let home = home();
    let data = home.path().join("data");
    let program = Program::start(&data).await;
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
    execute(&program.database_url(), newer).await.unwrap();
    let checked = command(&data, &["check"]).output().unwrap();
    let line = "WRONG  database: the database has schema 29990101000001, ";
    assert!(String::from_utf8(checked.stdout).unwrap().contains(line));
    program.stop().await;
    let known = newest_schema().unwrap();
    for arguments in [&["serve"][..], &["migrate"], &["admin", "demo"]] {
        let refused = run(&data, arguments).await.unwrap_err();
        assert_eq!(
            refused,
            format!(
                "rapport: the database has schema 29990101000001, and this rapport 0.1.0 knows schemas up to \
                 {known}: start a newer rapport"
            )
        );
        // Its PostgreSQL does not stay behind.
        assert_eq!(private::running_url(&data.join("postgres")), None);
    }
}

/// Each is refused before anything is made. Fails when a check is taken out of `config`.
#[tokio::test(flavor = "multi_thread")]
async fn row_42_wrong_settings_are_refused_by_name() {
    let strong = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let wrong: [(&[(&str, &str)], &str); 12] = [
        (&[("RAPPORT_SECRET", "")], "RAPPORT_SECRET is empty"),
        (&[("RAPPORT_SECRET", "9f86d081884c7d65")], "RAPPORT_SECRET is shorter than 32"),
        (&[("RAPPORT_SECRET", "change-me-change-me-change-me-change-me")], "RAPPORT_SECRET can be guessed"),
        (&[("RAPPORT_SECRET", "00000000000000000000000000000000")], "RAPPORT_SECRET can be guessed"),
        (&[("RAPPORT_SECRT", strong)], "RAPPORT_SECRT is not a setting; did you mean RAPPORT_SECRET?"),
        (&[("RAPPORT_LISTEN", "0.0.0.0:0")], "RAPPORT_ORIGIN must be set"),
        (&[("RAPPORT_LISTEN", "localhost")], "RAPPORT_LISTEN must be"),
        (&[("RAPPORT_ORIGIN", "http://chat.example.org")], "RAPPORT_ORIGIN must begin with https://"),
        (&[("RAPPORT_ORIGIN", "chat.example.org")], "RAPPORT_ORIGIN must be a scheme and a host"),
        (&[("DATABASE_URL", "mysql://u:hush@h/d")], "DATABASE_URL must begin with"),
        (&[("RAPPORT_LOG_FORMAT", "xml")], "RAPPORT_LOG_FORMAT must be"),
        (&[("RAPPORT_DATA", " ")], "RAPPORT_DATA is empty"),
    ];
    let home = home();
    for (variables, sentence) in wrong {
        let mut command = bare();
        command.env("RAPPORT_DATA", home.path().join("data")).envs(variables.iter().copied());
        let refused = said(command).await.unwrap_err();
        assert!(refused.starts_with(&format!("rapport: {sentence}")), "{refused}");
        assert!(!refused.contains("hush"), "{refused}");
        assert_eq!(count(home.path()), 0, "{sentence}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_42_a_secret_that_others_can_read_or_that_is_none_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let home = home();
    let secret = home.path().join("secret");
    fs::write(&secret, "9f86d081").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run(home.path(), &["serve"]).await.unwrap_err();
    assert!(refused.contains("can be read by others; close it with: chmod 600"), "{refused}");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let refused = run(home.path(), &["serve"]).await.unwrap_err();
    assert!(refused.contains("does not hold a secret"), "{refused}");
    assert!(!home.path().join("postgres").exists());
}
