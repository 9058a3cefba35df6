//! The private PostgreSQL of lite mode: made, started, watched and stopped by the program itself.
//!
//! It listens on a Unix socket only, in a folder nobody else may enter, and so needs no password.
//! It outlives a killed program and is adopted by the next one. Whoever starts it holds the data
//! folder's lock: two programs never share one.

mod adopt;
mod binaries;
mod cluster;
mod identity;
mod log;
mod own_files;
mod postmaster;
mod socket;
mod supervise;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::Context;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

pub use binaries::programs;
pub use cluster::Cluster;
pub use identity::kept_environment;
use postmaster::Postmaster;

/// The database inside the private server, and its owner.
const NAME: &str = "rapport";

/// How a private server trades safety for speed.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether a commit survives a loss of power. Only throw-away servers do without.
    pub durable: bool,
    pub max_connections: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { durable: true, max_connections: 100 }
    }
}

/// A running private server.
pub struct PrivatePostgres {
    cluster: Cluster,
    postmaster: Postmaster,
    url: String,
    /// Whether it was already running, left behind by a program that was killed.
    pub adopted: bool,
}

impl PrivatePostgres {
    /// Starts the server whose files are in `folder`, or adopts it when it still runs, and makes
    /// what is missing: the files, the server, the database.
    ///
    /// # Errors
    /// PostgreSQL is not installed, may not run here, or does not start: each said in one line.
    pub async fn start(folder: &Path, options: Options) -> anyhow::Result<Self> {
        let cluster = Cluster::prepare(folder, options).await?;
        let (postmaster, adopted) = postmaster::acquire(&cluster).await?;
        let socket = postmaster.socket();
        ensure_database(&socket::url(socket, "postgres")).await?;
        let url = socket::url(socket, NAME);
        Ok(Self { cluster, postmaster, url, adopted })
    }

    /// Where it answers, in the form that libpq and diesel_async both read.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it and waits until it has written everything.
    ///
    /// # Errors
    /// It does not end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.postmaster.stop().await
    }
}

/// The address of the private server in `folder`, when it runs. Starts nothing.
pub fn running_url(folder: &Path) -> Option<String> {
    let found = adopt::find(&cluster::files(&folder.canonicalize().ok()?))?;
    Some(socket::url(&found.socket, NAME))
}

/// Whether the private server in `folder` could read and write what belongs to root.
pub fn reaches_files_of_root(folder: &Path) -> bool {
    identity::reaches_files_of_root(&where_it_is(folder))
}

/// A folder without links on the way to it, which need not be there yet.
fn where_it_is(folder: &Path) -> PathBuf {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match there {
        Some((above, real)) => real.join(whole.strip_prefix(above).unwrap_or(Path::new(""))),
        None => whole,
    }
}

/// Whether a server was ever made in `folder`.
pub fn is_made(folder: &Path) -> bool {
    cluster::made_by(folder).is_some()
}

/// The PostgreSQL that would serve `folder`. Starts and makes nothing.
///
/// # Errors
/// None is installed that can; the sentence names the command that installs it.
pub fn program(folder: &Path) -> anyhow::Result<PathBuf> {
    let made_by = cluster::made_by(folder);
    Ok(binaries::find(made_by.as_deref())?.postgres)
}

async fn ensure_database(url: &str) -> anyhow::Result<()> {
    let mut connection =
        AsyncPgConnection::establish(url).await.context("the private PostgreSQL does not answer")?;
    let found = diesel::sql_query("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind::<diesel::sql_types::Text, _>(NAME)
        .execute(&mut connection)
        .await?;
    if found == 0 {
        connection.batch_execute(&format!("CREATE DATABASE {NAME}")).await?;
    }
    Ok(())
}
