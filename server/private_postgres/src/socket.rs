//! The folder of the Unix socket, and the address that leads there.

use std::{
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use anyhow::bail;
use nix::unistd::geteuid;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sha2::{Digest, Sha256};

use super::{NAME, identity::Identity, own_files};

/// What stands for something else in an address (RFC 3986).
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// A socket's path holds 107 bytes, and PostgreSQL appends its own name to the folder's.
const LONGEST: usize = 90;

/// The socket's folder, made: beside the files if the path is short enough, else a private one
/// under the temporary folder, always the same for the same files.
pub(super) fn folder(files: &Path, identity: Identity) -> anyhow::Result<PathBuf> {
    let beside = files.join("socket");
    if beside.as_os_str().len() < LONGEST {
        identity.make_folder(&beside)?;
        return Ok(beside);
    }
    let hash = Sha256::digest(files.as_os_str().as_bytes());
    let elsewhere = std::env::temp_dir().join(format!("rapport-{}", hex::encode(&hash[..8])));
    make_in_public(&elsewhere, identity)?;
    Ok(elsewhere)
}

/// Anybody may put a folder of any name, or a link, into the temporary folder.
fn make_in_public(folder: &Path, identity: Identity) -> anyhow::Result<()> {
    let ours = || {
        let opened = own_files::make_folder(folder).ok()?;
        let owner = opened.metadata().ok()?.uid();
        let known = owner == identity.uid() || owner == geteuid().as_raw();
        known.then_some(opened)
    };
    match ours() {
        Some(opened) => Ok(identity.protect(&opened)?),
        None => bail!("{} belongs to somebody else; remove it, or choose a shorter --data", folder.display()),
    }
}

/// `postgresql://rapport@/<database>?host=%2F…`
pub(super) fn url(folder: &Path, database: &str) -> String {
    let host = percent_encode(folder.as_os_str().as_bytes(), &RESERVED);
    format!("postgresql://{NAME}@/{database}?host={host}")
}
