//! Whether a folder and the files in it are this account's own: nobody else put them there or can change them.

use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use anyhow::bail;
use nix::{
    fcntl::OFlag,
    unistd::{Uid, User, geteuid},
};

/// Opens the file at `path` itself, and never through a link in its place, hard or symbolic.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Without O_NONBLOCK, opening a pipe would wait for its other end.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let opened = options.custom_flags(flags.bits()).open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(code) if code == nix::errno::Errno::ELOOP as i32 => plain_file_is_wanted(),
        _ => error,
    })?;
    let found = file.metadata()?;
    // A second name may be anywhere.
    match found.is_file() && found.nlink() == 1 {
        true => Ok(file),
        false => Err(plain_file_is_wanted()),
    }
}

fn plain_file_is_wanted() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "it must be a plain file with this name alone, and no link or pipe",
    )
}

/// Accepts a data folder in which nobody but this account and root can put or replace a file. A folder of root's
/// may be open to a group: that is how container systems let another account in.
///
/// # Errors
/// One sentence that ends with the command that helps.
pub(super) fn check_folder(path: &Path, found: &Metadata) -> anyhow::Result<()> {
    let shown = path.display();
    if !is_trusted(found) {
        bail!(
            "the data folder {shown} belongs to {}, who could change everything in it; choose another with --data, \
             or run this as its owner",
            owner(found)
        );
    }
    let lent = found.uid() != geteuid().as_raw();
    let open_to_others = if lent { 0o002 } else { 0o022 };
    if found.mode() & open_to_others != 0 {
        bail!("others can write in the data folder {shown}; close it with: chmod go-w {shown}");
    }
    Ok(())
}

/// Accepts a secret that this account or root wrote, and that nobody else can read.
///
/// # Errors
/// One sentence that ends with the command that helps.
pub(super) fn check_secret(path: &Path, found: &Metadata) -> anyhow::Result<()> {
    let shown = path.display();
    if !is_trusted(found) {
        bail!("{shown} belongs to {}, who knows it; remove it, which signs everybody out", owner(found));
    }
    if found.mode() & 0o077 != 0 {
        bail!("{shown} can be read by others; close it with: chmod 600 {shown}");
    }
    Ok(())
}

fn is_trusted(found: &Metadata) -> bool {
    found.uid() == geteuid().as_raw() || found.uid() == 0
}

fn owner(found: &Metadata) -> String {
    let user = User::from_uid(Uid::from_raw(found.uid())).ok().flatten();
    user.map_or_else(|| format!("account {}", found.uid()), |user| user.name)
}
