//! Files and folders that are opened by themselves, and never through a link in their place. Root works in
//! folders that the account of the database can write to, or once could: a link there must lead nowhere.

use std::{
    ffi::CStr,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown},
    path::Path,
};

use nix::{
    dir::Dir,
    fcntl::{AtFlags, OFlag, openat},
    sys::stat::Mode,
    unistd::{Gid, Uid, fchownat},
};

/// The files of PostgreSQL that are read here are shorter, in bytes.
const LONGEST: u64 = 64 << 10;

/// Makes `folder` unless it is there, for its owner only, and opens it.
///
/// # Errors
/// Something else stands there, such as a link.
pub(super) fn make_folder(folder: &Path) -> io::Result<File> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => open_folder(folder),
    }
}

fn open_folder(folder: &Path) -> io::Result<File> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW;
    OpenOptions::new().read(true).custom_flags(flags.bits()).open(folder)
}

/// Opens the regular file at `path`.
///
/// # Errors
/// Something else stands there, such as a link, or the file has a second name, which may be anywhere.
pub(super) fn open_file(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Without O_NONBLOCK, opening a pipe would wait for its other end.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = options.custom_flags(flags.bits()).open(path)?;
    let found = file.metadata()?;
    match found.is_file() && found.nlink() == 1 {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file with one name")),
    }
}

/// The text of a short regular file.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open_file(path, OpenOptions::new().read(true))?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Gives `folder` and everything in it to an account.
///
/// # Errors
/// A file in it has a second name, which may be anywhere.
pub(super) fn give(folder: &Path, uid: u32, gid: u32) -> io::Result<()> {
    let folder = open_folder(folder)?;
    let mut content = Dir::from_fd(folder.try_clone()?.into())?;
    give_content(&mut content, uid, gid)?;
    // Last, so that a change broken off half-way is taken up again.
    fchown(&folder, Some(uid), Some(gid))
}

fn give_content(folder: &mut Dir, uid: u32, gid: u32) -> io::Result<()> {
    let names = folder.iter().map(|entry| Ok(entry?.file_name().to_owned()));
    let names: Vec<_> = names.collect::<nix::Result<_>>()?;
    for name in names.iter().filter(|name| ![c".", c".."].contains(&name.as_c_str())) {
        give_entry(folder, name, uid, gid)?;
    }
    Ok(())
}

fn give_entry(folder: &Dir, name: &CStr, uid: u32, gid: u32) -> io::Result<()> {
    let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let entry = File::from(openat(folder, name, flags, Mode::empty())?);
    let found = entry.metadata()?;
    if found.is_dir() {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        give_content(&mut Dir::openat(&entry, c".", flags, Mode::empty())?, uid, gid)?;
    } else if found.nlink() > 1 {
        let name = name.to_string_lossy();
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name} has a second name")));
    }
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    Ok(fchownat(&entry, c"", Some(uid), Some(gid), AtFlags::AT_EMPTY_PATH)?)
}
