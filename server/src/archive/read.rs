//! Reading a backup: first all of it, to know that it is whole; then again, to restore it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use anyhow::{Context, anyhow, bail};
use sha2::{Digest, Sha256};

use crate::config::is_guessable;

use super::{DATABASE, MANIFEST, Manifest, SECRET, write::hex};

/// The manifest and the secret are small; in bytes.
const LONGEST: u64 = 64 << 10;

/// A backup that is whole, and that this program can restore.
#[derive(Debug)]
pub struct Archive {
    file: File,
    pub manifest: Manifest,
    /// The text of the secret, unless it was given by `RAPPORT_SECRET`.
    pub secret: Option<String>,
    /// Where the dump is in the file: the one whose sum is right.
    database: Range,
}

#[derive(Clone, Copy, Debug)]
struct Range {
    begins: u64,
    length: u64,
}

/// What one reading finds.
#[derive(Default)]
struct Found {
    database: Option<(Range, String)>,
    secret: Option<Vec<u8>>,
    manifest: Option<Vec<u8>>,
}

impl Archive {
    /// # Errors
    /// It is not a backup, not whole, or newer than this program; each in one sentence.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let file = File::open(path).map_err(|error| anyhow!("{shown} cannot be read: {}", error.kind()))?;
        let found = look(&file).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => anyhow!("{shown} is not a whole backup: its end is missing"),
            _ => anyhow!("{shown} is not a backup, or damaged"),
        })?;
        let (Some(manifest), Some((database, sum))) = (found.manifest, found.database) else {
            bail!("{shown} is not a whole backup: its end is missing");
        };
        let manifest = Manifest::parse(&manifest).with_context(|| format!("{shown} cannot be restored"))?;
        let secret_sum = found.secret.as_ref().map(|secret| hex(Sha256::new_with_prefix(secret)));
        if sum != manifest.database_sha256 || secret_sum != manifest.secret_sha256 {
            bail!("{shown} is damaged: what it holds is not what was written");
        }
        let secret = found.secret.map(String::from_utf8).transpose().context("the secret is text")?;
        if secret.as_deref().is_some_and(|secret| is_guessable(secret.trim())) {
            bail!("{shown} holds a secret that can be guessed: Rapport has not made it");
        }
        Ok(Self { file, manifest, secret, database })
    }

    /// Fills the empty database at `url`: all of it, or nothing.
    ///
    /// # Errors
    /// The database refuses, or the file cannot be read any more.
    pub async fn restore(&self, url: &str) -> anyhow::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.database.begins))?;
        backend::database::restore(url, &mut file.take(self.database.length)).await
    }
}

/// Reads the file as [`Unfinished`](super::Unfinished) writes it. Whatever else is in it, or twice, somebody else
/// put there.
fn look(file: &File) -> io::Result<Found> {
    let mut found = Found::default();
    for entry in rewound(file)?.entries()? {
        let entry = entry?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let name = entry.path()?.into_owned();
        let again = match name.to_str() {
            Some(DATABASE) => found.database.replace(sum(entry)?).is_some(),
            Some(SECRET) => found.secret.replace(small(entry)?).is_some(),
            Some(MANIFEST) => found.manifest.replace(small(entry)?).is_some(),
            _ => true,
        };
        if again {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(found)
}

fn sum(mut entry: tar::Entry<'_, &File>) -> io::Result<(Range, String)> {
    let range = Range { begins: entry.raw_file_position(), length: entry.size() };
    let mut sum = Sha256::new();
    if io::copy(&mut entry, &mut Summing(&mut sum))? != range.length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((range, hex(sum)))
}

fn rewound(mut file: &File) -> io::Result<tar::Archive<&File>> {
    file.rewind()?;
    Ok(tar::Archive::new(file))
}

fn small(entry: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

struct Summing<'a>(&'a mut Sha256);

impl io::Write for Summing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
