//! Writing a backup under another name, until it is whole and on the disk.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Seek, SeekFrom, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{anyhow, bail};
use sha2::{Digest, Sha256};

use super::{BLOCK, DATABASE, MANIFEST, Manifest, SECRET};

/// A backup being written; removed when it is dropped before its end.
pub struct Unfinished {
    file: File,
    path: PathBuf,
    target: PathBuf,
}

impl Unfinished {
    /// Begins a file beside `target`, for the eyes of its owner only.
    ///
    /// # Errors
    /// There is something at `target` already, or nothing can be written beside it.
    pub fn begin(target: &Path) -> anyhow::Result<Self> {
        refuse_existing(target)?;
        let Some(name) = target.file_name() else { bail!("{} is not the name of a file", target.display()) };
        let mut unfinished = std::ffi::OsString::from(".");
        unfinished.push(name);
        unfinished.push(format!(".unfinished-{}", std::process::id()));
        let path = target.with_file_name(unfinished);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|error| not_written(target, &error))?;
        Ok(Self { file, path, target: target.to_owned() })
    }

    /// Writes all of it: the database at `url`, whose schema has the number `schema`, and the
    /// text of the secret, when that is kept by the program. Returns its size in bytes.
    ///
    /// # Errors
    /// The database cannot be dumped, or the disk takes no more: nothing is left of it then.
    pub async fn write(mut self, url: &str, schema: &str, secret: Option<&str>) -> anyhow::Result<u64> {
        let written = self.write_all(url, schema, secret).await;
        let size = written.map_err(|error| match error.downcast_ref::<io::Error>() {
            Some(cause) => not_written(&self.target, cause),
            None => error,
        })?;
        self.publish().map_err(|error| not_written(&self.target, &error))?;
        Ok(size)
    }

    async fn write_all(&mut self, url: &str, schema: &str, secret: Option<&str>) -> anyhow::Result<u64> {
        // How long it is stands before it, and is known after it.
        self.file.seek(SeekFrom::Start(BLOCK))?;
        let mut database = Summed { file: &mut self.file, sum: Sha256::new(), length: 0 };
        backend::database::dump(url, &mut database).await?;
        let (length, sum) = (database.length, hex(database.sum));
        self.pad(length)?;
        self.file.write_all_at(header(DATABASE, length)?.as_bytes(), 0)?;
        let mut secret_sum = None;
        if let Some(secret) = secret {
            self.entry(SECRET, secret.as_bytes())?;
            secret_sum = Some(hex(Sha256::new_with_prefix(secret)));
        }
        let manifest = Manifest::new(schema, sum, secret_sum);
        self.entry(MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
        // Two empty blocks end a tar file.
        self.file.write_all(&[0; 2 * BLOCK as usize])?;
        self.file.sync_all()?;
        Ok(self.file.metadata()?.len())
    }

    fn entry(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let length = content.len() as u64;
        self.file.write_all(header(name, length)?.as_bytes())?;
        self.file.write_all(content)?;
        self.pad(length)
    }

    /// Fills the last block.
    fn pad(&mut self, length: u64) -> io::Result<()> {
        let rest = length.next_multiple_of(BLOCK) - length;
        self.file.write_all(&[0; BLOCK as usize][..rest as usize])
    }

    fn publish(&self) -> io::Result<()> {
        // A link never takes another file's place, as renaming would. Where there are none, look first.
        if std::fs::hard_link(&self.path, &self.target).is_err() {
            if self.target.exists() {
                return Err(ErrorKind::AlreadyExists.into());
            }
            std::fs::rename(&self.path, &self.target)?;
        }
        let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already when it was renamed.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Counts and sums what passes.
struct Summed<'a> {
    file: &'a mut File,
    sum: Sha256,
    length: u64,
}

impl Write for Summed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn header(name: &str, length: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name)?;
    header.set_size(length);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(chrono::Utc::now().timestamp()).unwrap_or_default());
    header.set_cksum();
    Ok(header)
}

pub(super) fn hex(sum: Sha256) -> String {
    hex::encode(sum.finalize())
}

fn refuse_existing(target: &Path) -> anyhow::Result<()> {
    if target.symlink_metadata().is_ok() {
        bail!("{} is there already; name a new file", target.display());
    }
    Ok(())
}

fn not_written(target: &Path, error: &io::Error) -> anyhow::Error {
    let target = target.display();
    match error.kind() {
        ErrorKind::StorageFull => anyhow!("the disk is full; {target} was not written"),
        kind => anyhow!("{target} cannot be written: {kind}"),
    }
}
