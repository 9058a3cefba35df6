//! The folder of the Unix socket, and the address that leads there.

use std::{
    fmt::Write,
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use anyhow::bail;
use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::{NAME, identity::Identity};

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
    let short = hash[..8].iter().fold(String::from("rapport-"), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    });
    let elsewhere = std::env::temp_dir().join(short);
    refuse_a_stranger(&elsewhere, identity)?;
    identity.make_folder(&elsewhere)?;
    Ok(elsewhere)
}

/// Anybody may put a folder of any name into the temporary folder.
fn refuse_a_stranger(folder: &Path, identity: Identity) -> anyhow::Result<()> {
    let Ok(found) = fs::symlink_metadata(folder) else { return Ok(()) };
    let ours = match identity {
        Identity::Account { uid, .. } => found.uid() == uid || found.uid() == 0,
        Identity::Own | Identity::Namespace => found.uid() == geteuid().as_raw(),
    };
    if found.is_dir() && ours {
        return Ok(());
    }
    bail!("{} belongs to somebody else; remove it, or choose a shorter --data", folder.display())
}

/// `postgresql://rapport@/<database>?host=%2F…`
pub(super) fn url(folder: &Path, database: &str) -> String {
    let mut url = format!("postgresql://{NAME}@/{database}?host=");
    for &byte in folder.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}
