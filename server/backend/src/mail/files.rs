//! Mails as files: `<milliseconds since 1970>-<id>.eml`, so that names sort by time and a second
//! try meets its own file. `lettre`'s file transport would write that one a second time, under a random name.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::DateTime;
use nix::unistd::geteuid;

use super::{Mail, StoredMail, eml};
use crate::private_file;

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
    refuse_others(folder)?;
    private_file::write(&folder.join(name), bytes)
}

/// Refuses a folder, or a link to one, that somebody else put there, and one that others can write in.
fn refuse_others(folder: &Path) -> io::Result<()> {
    let (here, found) = (fs::symlink_metadata(folder)?, fs::metadata(folder)?);
    let is_own = |uid| uid == geteuid().as_raw() || uid == 0;
    match is_own(here.uid()) && is_own(found.uid()) && found.mode() & 0o022 == 0 {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::PermissionDenied, "others can change the folder")),
    }
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_folder_that_others_can_write_in_takes_no_mail() {
        let home = tempfile::tempdir().unwrap();
        let (folder, link) = (home.path().join("mail"), home.path().join("link"));
        symlink(&folder, &link).unwrap();
        write(&folder, "one.eml", b"one").unwrap();
        write(&link, "two.eml", b"two").unwrap();
        assert!(folder.join("two.eml").exists());
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        for place in [&folder, &link] {
            let refused = write(place, "three.eml", b"three").unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        }
    }
}
