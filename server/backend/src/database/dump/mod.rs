//! Whole databases out and in, by PostgreSQL's own programs.

mod login;
mod tools;

use std::{
    io::{Read, Write},
    process::{ExitStatus, Stdio},
};

use anyhow::{Context, bail};
use private_postgres::kept_environment;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    task::JoinHandle,
};

use super::Address;
use login::Login;
use tools::Tool;

/// Of what flows through at once, in bytes.
const PIECE: usize = 64 << 10;

/// Writes the database at `url` into `into`, as it stood at one moment, while others may go on
/// using it. In PostgreSQL's custom format.
///
/// # Errors
/// The database does not answer, its `pg_dump` is not installed or fails, or `into` takes no more:
/// then the cause is an [`std::io::Error`].
pub async fn dump(url: &str, into: &mut impl Write) -> anyhow::Result<()> {
    let program = tools::find(Tool::Dump, url).await?;
    let mut command = Command::new(&program);
    command.args(["--format=custom", "--no-owner", "--no-privileges"]);
    let mut running = Running::start(command, url)?;
    let mut out = running.child.stdout.take().context("a pipe was asked for")?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = out.read(&mut piece).await.context("pg_dump cannot be read")?;
        if read == 0 {
            return running.end("pg_dump").await;
        }
        into.write_all(&piece[..read])?;
    }
}

/// Fills the empty database at `url` from what [`dump`] wrote: all of it, or nothing.
///
/// # Errors
/// The database does not answer, its `pg_restore` is not installed or fails, or `from` breaks off.
pub async fn restore(url: &str, from: &mut impl Read) -> anyhow::Result<()> {
    let program = tools::find(Tool::Restore, url).await?;
    let mut command = Command::new(&program);
    command.args(["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]);
    let mut running = Running::start(command, url)?;
    let mut input = running.child.stdin.take().context("a pipe was asked for")?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece)?;
        // A program that reads no further has failed, and says why at its end.
        if read == 0 || input.write_all(&piece[..read]).await.is_err() {
            drop(input);
            return running.end("pg_restore").await;
        }
    }
}

/// One of the programs, killed when it is dropped before its end.
struct Running {
    child: Child,
    said: JoinHandle<String>,
}

impl Running {
    fn start(mut command: Command, url: &str) -> anyhow::Result<Self> {
        let login = Login::of(Address::parse(url)?.for_libpq());
        command.env_clear().envs(kept_environment());
        command.arg("--dbname").arg(login.url).envs(login.password.map(|password| ("PGPASSWORD", password)));
        // In the language that the log is in, and no questions.
        command.arg("--no-password").env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("PostgreSQL's program cannot be started")?;
        let mut errors = child.stderr.take().context("a pipe was asked for")?;
        let said = tokio::spawn(async move {
            let mut said = Vec::new();
            // What could be read is enough.
            let _ = errors.read_to_end(&mut said).await;
            String::from_utf8_lossy(&said).into_owned()
        });
        Ok(Self { child, said })
    }

    async fn end(mut self, name: &str) -> anyhow::Result<()> {
        let status: ExitStatus = self.child.wait().await?;
        if status.success() {
            return Ok(());
        }
        // The first line only: the next ones may quote what people wrote.
        let said = self.said.await.unwrap_or_default();
        bail!("{name} failed: {}", said.lines().next().unwrap_or("it did not say why"))
    }
}
