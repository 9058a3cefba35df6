//! Reading a backup: first all of it, to know that it is whole; then again, to restore it.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::Path,
};

use anyhow::{Context, anyhow, bail};
use sha2::{Digest, Sha256};

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
}

/// What one reading finds.
#[derive(Default)]
struct Found {
    database_sum: Option<String>,
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
        let (Some(manifest), Some(sum)) = (found.manifest, found.database_sum) else {
            bail!("{shown} is not a whole backup: its end is missing");
        };
        let manifest = Manifest::parse(&manifest).with_context(|| format!("{shown} cannot be restored"))?;
        let secret_sum = found.secret.as_ref().map(|secret| hex(Sha256::new_with_prefix(secret)));
        if sum != manifest.database_sha256 || secret_sum != manifest.secret_sha256 {
            bail!("{shown} is damaged: what it holds is not what was written");
        }
        let secret = found.secret.map(String::from_utf8).transpose().context("the secret is text")?;
        Ok(Self { file, manifest, secret })
    }

    /// Fills the empty database at `url`: all of it, or nothing.
    ///
    /// # Errors
    /// The database refuses, or the file cannot be read any more.
    pub async fn restore(&self, url: &str) -> anyhow::Result<()> {
        let mut archive = rewound(&self.file)?;
        let mut entries = archive.entries()?;
        let mut database = entries.next().context("the backup has changed")??;
        backend::database::restore(url, &mut database).await
    }
}

fn look(file: &File) -> io::Result<Found> {
    let mut found = Found::default();
    for entry in rewound(file)?.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        match name.to_str() {
            Some(DATABASE) => {
                let mut sum = Sha256::new();
                let expected = entry.size();
                if io::copy(&mut entry, &mut Summing(&mut sum))? != expected {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                found.database_sum = Some(hex(sum));
            }
            Some(SECRET) => found.secret = Some(small(entry)?),
            Some(MANIFEST) => found.manifest = Some(small(entry)?),
            _ => {}
        }
    }
    Ok(found)
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
