//! Mails as files: `<milliseconds since 1970>-<id>.eml`, so that names sort by time and a second
//! try meets its own file.

use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::DateTime;

use super::{Mail, StoredMail, eml};

pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) async fn send(&self, mail: Mail) -> anyhow::Result<()> {
        let folder = self.folder.clone();
        let name = format!("{:013}-{}.eml", mail.at.timestamp_millis(), mail.id);
        let write = move || {
            write(&folder, &name, eml::write(&mail).as_bytes())
                .with_context(|| format!("writing a mail to {}", folder.display()))
        };
        tokio::task::spawn_blocking(write).await?
    }

    pub(super) async fn mailbox(&self, limit: usize) -> anyhow::Result<Vec<StoredMail>> {
        let folder = self.folder.clone();
        let read = move || {
            read(&folder, limit).with_context(|| format!("reading the mails in {}", folder.display()))
        };
        tokio::task::spawn_blocking(read).await?
    }
}

/// Writes a file whole or not at all, and on disk when it returns. Mails hold codes: only their
/// owner may read them.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".{name}.{}", uuid::Uuid::now_v7()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, folder.join(name))) {
        // The first error is the one worth telling.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    fs::File::open(folder)?.sync_all()
}

fn read(folder: &Path, limit: usize) -> io::Result<Vec<StoredMail>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        if let Ok(name) = entry?.file_name().into_string() {
            names.push(name);
        }
    }
    names.retain(|name| described(name).is_some());
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.truncate(limit);
    let mails = names.iter().filter_map(|name| stored(folder, name).transpose());
    mails.collect()
}

/// Something else's `.eml` is nobody's mail here.
fn stored(folder: &Path, name: &str) -> io::Result<Option<StoredMail>> {
    let text = match fs::read_to_string(folder.join(name)) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let Some((at, id)) = described(name) else { return Ok(None) };
    let mail = eml::read(&text).map(|parts| StoredMail {
        id: id.to_owned(),
        at,
        to: parts.to,
        subject: parts.subject,
        text: parts.text,
        html: parts.html,
    });
    Ok(mail)
}

/// When and which, by a file's name; `None` for a file of another kind.
fn described(name: &str) -> Option<(DateTime<chrono::Utc>, &str)> {
    let (millis, id) = name.strip_suffix(".eml")?.split_once('-')?;
    Some((DateTime::from_timestamp_millis(millis.parse().ok()?)?, id))
}
