//! A database of somebody else's, as the program looks at it.

use testing::NetworkPostgres;

use crate::program::{command, home};

const RULES: [&str; 1] = ["host all all 127.0.0.1/32 scram-sha-256"];

/// What `check` says of the database.
async fn finding(url: &str) -> String {
    let home = home();
    let mut command = command(&home.path().join("data"), &["check"]);
    command.env("DATABASE_URL", url);
    let output = tokio::process::Command::from(command).output().await.unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let line = said.lines().find(|line| line.contains("database: ") || line.contains("DATABASE_URL"));
    line.unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// Fails when the reason stays in the pool, which knows only that it waited in vain.
#[tokio::test(flavor = "multi_thread")]
async fn check_says_whether_the_connection_is_encrypted_and_what_is_wrong() {
    let server = NetworkPostgres::start(&[], &RULES, &[]).await;
    // Another machine, as far as anybody can tell.
    let refused = finding(&server.url("0.0.0.0", "")).await;
    assert!(refused.starts_with("WRONG  database: no connection to the database: 0.0.0.0:"), "{refused}");
    assert!(refused.contains("speaks no TLS"), "{refused}");
    let plain = finding(&server.url("0.0.0.0", "sslmode=disable")).await;
    assert_eq!(plain, "ok     database: PostgreSQL at 0.0.0.0, answers without TLS");
    let wrong = finding(&server.url("127.0.0.1", "").replace("word@", "hush@")).await;
    assert!(wrong.contains("password authentication failed") && !wrong.contains("hush"), "{wrong}");
    let unrooted = finding(&server.url("localhost", "sslmode=verify-full")).await;
    assert!(unrooted.contains("add sslrootcert=FILE"), "{unrooted}");
    let nowhere = finding(&server.url("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem")).await;
    assert!(nowhere.contains("/nowhere.pem cannot be read"), "{nowhere}");
}
