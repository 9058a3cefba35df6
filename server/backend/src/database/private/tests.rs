use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::sql_types::Integer;
use nix::unistd::geteuid;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::*;

#[derive(diesel::QueryableByName)]
struct Answer {
    #[diesel(sql_type = Integer)]
    answer: i32,
}

fn private_folder() -> TempDir {
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o700)).tempdir().unwrap()
}

/// A data folder, ours alone as the program makes it, and a server's folder in it.
fn home() -> (TempDir, PathBuf) {
    let home = private_folder();
    let folder = home.path().join("postgres");
    (home, folder)
}

async fn start(folder: &Path) -> PrivatePostgres {
    PrivatePostgres::start(folder, Options::default()).await.unwrap()
}

async fn remember(url: &str, number: i32) {
    let mut connection = AsyncPgConnection::establish(url).await.unwrap();
    let sql = format!("CREATE TABLE remembered AS SELECT {number} AS answer");
    connection.batch_execute(&sql).await.unwrap();
}

async fn remembered(url: &str) -> Option<i32> {
    let mut connection = AsyncPgConnection::establish(url).await.ok()?;
    let answers: Vec<Answer> =
        diesel::sql_query("SELECT answer FROM remembered").load(&mut connection).await.ok()?;
    answers.iter().map(|row| row.answer).next()
}

fn postmaster(folder: &Path) -> Option<i32> {
    Some(adopt::find(&cluster::files(&folder.canonicalize().ok()?))?.pid)
}

#[tokio::test]
async fn keeps_its_data_from_one_start_to_the_next() {
    let (_home, folder) = home();
    fs::create_dir_all(folder.join("unfinished/base")).unwrap();
    let first = start(&folder).await;
    assert!(!first.adopted);
    if geteuid().is_root() {
        assert!(matches!(first.cluster.identity(), identity::Identity::Account { .. }));
    }
    remember(first.url(), 7).await;
    first.stop().await.unwrap();
    assert_eq!(postmaster(&folder), None);

    let second = start(&folder).await;
    assert!(!second.adopted);
    assert_eq!(remembered(second.url()).await, Some(7));
    second.stop().await.unwrap();
}

#[tokio::test]
async fn adopts_what_a_killed_program_left_and_stops_it_in_the_end() {
    let (_home, folder) = home();
    let killed = start(&folder).await;
    remember(killed.url(), 8).await;
    let url = killed.url().to_owned();
    std::mem::forget(killed);

    assert_eq!(running_url(&folder).as_deref(), Some(url.as_str()));
    let next = start(&folder).await;
    assert!(next.adopted);
    assert_eq!(remembered(next.url()).await, Some(8));
    next.stop().await.unwrap();
    assert_eq!(postmaster(&folder), None);
    assert_eq!(running_url(&folder), None);
}

#[tokio::test]
async fn starts_beside_a_stranger_with_the_old_number() {
    let (_home, folder) = home();
    start(&folder).await.stop().await.unwrap();
    let files = cluster::files(&folder);
    let stranger = std::os::unix::process::parent_id();
    fs::write(files.join("postmaster.pid"), format!("{stranger}\n{}\n", files.display())).unwrap();

    let server = start(&folder).await;
    assert!(!server.adopted);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn comes_back_when_it_is_killed() {
    let (_home, folder) = home();
    let server = start(&folder).await;
    let url = server.url().to_owned();
    remember(&url, 9).await;
    let end = CancellationToken::new();
    let supervised = tokio::spawn(server.supervise(end.clone()));

    let first = postmaster(&folder).unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(first), nix::sys::signal::SIGKILL).unwrap();
    let back = async {
        while postmaster(&folder).is_none_or(|pid| pid == first) || remembered(&url).await != Some(9) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(60), back).await.unwrap();

    end.cancel();
    supervised.await.unwrap().unwrap();
    assert_eq!(postmaster(&folder), None);
}

#[tokio::test]
async fn runs_where_no_other_account_can_look_and_no_socket_fits() {
    let home = private_folder();
    let folder = home.path().join("a".repeat(60)).join("b".repeat(60)).join("postgres");
    let server = start(&folder).await;
    if geteuid().is_root() {
        assert_eq!(server.cluster.identity(), identity::Identity::Namespace);
    }
    assert!(!server.url().contains("bbb"), "{}", server.url());
    remember(server.url(), 10).await;
    assert_eq!(remembered(server.url()).await, Some(10));
    let socket = server.postmaster.socket().to_owned();
    server.stop().await.unwrap();
    fs::remove_dir(socket).unwrap();
}

#[tokio::test]
async fn says_in_one_line_why_it_does_not_start() {
    let (_home, folder) = home();
    start(&folder).await.stop().await.unwrap();
    fs::remove_file(folder.join("cluster/global/pg_control")).unwrap();
    let error = PrivatePostgres::start(&folder, Options::default()).await.err().unwrap().to_string();
    assert!(error.starts_with("PostgreSQL does not start: "), "{error}");
    assert_eq!(error.lines().count(), 1);

    fs::write(folder.join("cluster/PG_VERSION"), "9\n").unwrap();
    let error = PrivatePostgres::start(&folder, Options::default()).await.err().unwrap().to_string();
    assert!(error.contains("apt-get install -y postgresql-9"), "{error}");
}
