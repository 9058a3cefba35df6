use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
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

/// What a link in place of one of the server's own files must not reach.
fn outside(home: &TempDir) -> PathBuf {
    let outside = home.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::set_permissions(&outside, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(outside.join("file"), "as it was").unwrap();
    outside
}

async fn refusal(folder: &Path) -> String {
    format!("{:#}", PrivatePostgres::start(folder, Options::default()).await.err().expect("refused"))
}

#[tokio::test]
async fn a_link_in_place_of_its_files_leads_nowhere() {
    let (home, folder) = home();
    start(&folder).await.stop().await.unwrap();
    let outside = outside(&home);

    fs::remove_file(folder.join("log")).unwrap();
    symlink(outside.join("file"), folder.join("log")).unwrap();
    assert!(refusal(&folder).await.ends_with("/log is a link; remove it"));
    fs::remove_file(folder.join("log")).unwrap();

    fs::remove_dir(folder.join("socket")).unwrap();
    symlink(&outside, folder.join("socket")).unwrap();
    assert!(refusal(&folder).await.contains("/socket cannot be used"));
    fs::remove_file(folder.join("socket")).unwrap();

    start(&folder).await.stop().await.unwrap();
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "as it was");
    let found = fs::metadata(&outside).unwrap();
    assert_eq!((found.mode() & 0o777, found.uid()), (0o755, geteuid().as_raw()));
}

#[tokio::test]
async fn its_account_can_change_nothing_around_its_files() {
    if !geteuid().is_root() {
        return;
    }
    let (_home, folder) = home();
    let server = start(&folder).await;
    let identity = server.cluster.identity();
    let try_to = |program: &str, arguments: &[&str]| {
        let mut command = identity.command(Path::new(program));
        // What it says is not of interest.
        command.args(arguments).output().unwrap().status.success()
    };
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    assert!(try_to("/bin/ls", &[&path("cluster")]), "it is the server's account");
    assert!(!try_to("/bin/rm", &["-f", &path("log")]));
    assert!(!try_to("/bin/mv", &[&path("cluster"), &path("other")]));
    assert!(!try_to("/bin/ln", &["-s", "/etc/passwd", &path("log.old")]));
    assert_eq!(fs::metadata(folder.join("log")).unwrap().uid(), identity.uid());
    server.stop().await.unwrap();
}

/// Earlier versions gave the folder around the files to the account, and opened the log as root.
#[tokio::test]
async fn takes_over_a_folder_that_its_account_could_change() {
    if !geteuid().is_root() {
        return;
    }
    let (_home, folder) = home();
    start(&folder).await.stop().await.unwrap();
    let account = fs::metadata(folder.join("cluster")).unwrap();
    chown(&folder, Some(account.uid()), Some(account.gid())).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    chown(folder.join("log"), Some(0), Some(0)).unwrap();
    fs::write(folder.join("log"), "of root").unwrap();

    start(&folder).await.stop().await.unwrap();
    let around = fs::metadata(&folder).unwrap();
    assert_eq!((around.uid(), around.gid(), around.mode() & 0o777), (0, account.gid(), 0o710));
    assert_eq!(fs::read_to_string(folder.join("log.old")).unwrap(), "of root");
    assert_eq!(fs::metadata(folder.join("log")).unwrap().uid(), account.uid());
}

#[test]
fn a_file_with_a_second_name_is_not_given_away() {
    let home = private_folder();
    let (folder, secret) = (home.path().join("folder"), home.path().join("secret"));
    fs::create_dir_all(folder.join("inner")).unwrap();
    fs::write(&secret, "").unwrap();
    symlink(&secret, folder.join("link")).unwrap();
    let (uid, gid) = (geteuid().as_raw(), nix::unistd::getegid().as_raw());
    own_files::give(&folder, uid, gid).unwrap();
    fs::hard_link(&secret, folder.join("inner/file")).unwrap();
    let refused = own_files::give(&folder, uid, gid).unwrap_err().to_string();
    assert_eq!(refused, "file has a second name");
    let refused = own_files::read_text(&secret).unwrap_err().to_string();
    assert_eq!(refused, "not a regular file with one name");
}

#[test]
fn no_program_is_looked_for_in_the_working_directory() {
    let absolute = binaries::absolute("/usr/bin::.:bin:./x:/opt/bin".as_ref());
    assert_eq!(absolute, "/usr/bin:/opt/bin");
}
