//! The folder of everything that is kept, held by one program at a time.

mod origin;
mod trusted;

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use backend::{
    private_file,
    secret::{Secret, random},
};

pub use origin::noted_origin;

use crate::config::is_guessable;

/// Says where an instance went.
const MOVED: &str = "moved";

/// Held, and so this program's alone, as long as the value lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if it is missing, and takes it.
    ///
    /// # Errors
    /// Another program holds it, others can change it, or it cannot be written; each in one sentence.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        make(path).map_err(|error| unusable(path, &error))?;
        let path = path.canonicalize().map_err(|error| unusable(path, &error))?;
        refuse_others(&path)?;
        let mut lock = lock_file(&path).map_err(|error| unusable(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "the data folder {} is in use by another rapport ({}); stop that one, or choose another \
                 folder with --data",
                path.display(),
                holder(&mut lock)
            ),
            Err(TryLockError::Error(error)) => return Err(unusable(&path, &error)),
        }
        sign(&mut lock).map_err(|error| unusable(&path, &error))?;
        if let Ok(target) = read_text(&path.join(MOVED)) {
            bail!(
                "the instance of {} was moved to {}; to serve what was left here all the same, remove {}",
                path.display(),
                target.trim(),
                path.join(MOVED).display()
            );
        }
        Ok(Self { path, _lock: lock })
    }

    /// Says that the instance is elsewhere from now on: two of them would drift apart.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn leave_word(&self, target: &str) -> anyhow::Result<()> {
        let mut options = OpenOptions::new();
        let file = trusted::open(&self.path.join(MOVED), options.write(true).create(true).truncate(true));
        let written = file.and_then(|mut file| file.write_all(target.as_bytes()));
        written.map_err(|error| unusable(&self.path, &error))
    }

    /// Where the private PostgreSQL keeps everything of its own.
    pub fn postgres(&self) -> PathBuf {
        postgres(&self.path)
    }

    /// Where mail is put as files.
    pub fn mail(&self) -> PathBuf {
        self.path.join("mail")
    }

    /// The secret kept here, made at the first start.
    ///
    /// # Errors
    /// It cannot be read or written, others can read it, or it is not a secret.
    pub fn secret(&self) -> anyhow::Result<Secret> {
        let path = self.path.join("secret");
        if !path.exists() {
            let text = hex::encode(random::<32>());
            private_file::write(&path, format!("{text}\n").as_bytes())
                .map_err(|error| unusable(&path, &error))?;
        }
        read_secret(&path)
    }

    /// Keeps the secret of a backup, in a folder that has none or the same.
    ///
    /// # Errors
    /// There is another one, it cannot be written, or it is not a secret.
    pub fn put_secret(&self, text: &str) -> anyhow::Result<()> {
        self.may_take_secret(text)?;
        let path = self.path.join("secret");
        if path.exists() {
            return Ok(());
        }
        private_file::write(&path, format!("{}\n", text.trim()).as_bytes())
            .map_err(|error| unusable(&path, &error))
    }

    /// Whether it would keep this one.
    ///
    /// # Errors
    /// There is another one, or it is not a secret.
    pub fn may_take_secret(&self, text: &str) -> anyhow::Result<()> {
        if bytes(text.trim()).is_none() {
            bail!("the backup does not hold a secret");
        }
        let path = self.path.join("secret");
        match read_text(&path) {
            Ok(present) if present.trim() != text.trim() => bail!(
                "{} is another one than the backup's; choose another folder with --data",
                path.display()
            ),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(&path, &error)),
            _ => Ok(()),
        }
    }
}

/// The text of the secret in a data folder, whoever holds that.
///
/// # Errors
/// It is not there, is not a secret, or others can read or change it.
pub fn secret_text(data: &Path) -> anyhow::Result<String> {
    refuse_others(data)?;
    let path = data.join("secret");
    read_secret(&path)?;
    read_text(&path).map_err(|error| unusable(&path, &error))
}

/// Whether nobody but this account and root can change what is in the folder.
///
/// # Errors
/// Somebody can, or the folder cannot be looked at.
pub fn refuse_others(folder: &Path) -> anyhow::Result<()> {
    let found = fs::metadata(folder).map_err(|error| unusable(folder, &error))?;
    trusted::check_folder(folder, &found)
}

/// Whether the secret in a data folder, if one is there, is this account's own.
///
/// # Errors
/// It is not, or it is none.
pub fn check_secret(data: &Path) -> anyhow::Result<()> {
    let path = data.join("secret");
    match fs::symlink_metadata(&path) {
        Ok(_) => read_secret(&path).map(drop),
        Err(_) => Ok(()),
    }
}

/// Where the private PostgreSQL is in a data folder.
pub fn postgres(data: &Path) -> PathBuf {
    data.join("postgres")
}

/// The number of the program that holds the folder, when one does.
///
/// # Errors
/// The folder is there and cannot be looked into.
pub fn held_by(path: &Path) -> io::Result<Option<String>> {
    let mut lock = match trusted::open(&path.join("lock"), OpenOptions::new().read(true)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(holder(&mut lock))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether files can be made in `folder`; leaves none.
///
/// # Errors
/// They cannot.
pub fn try_to_write(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".rapport-check-{}", std::process::id()));
    File::create_new(&probe)?;
    std::fs::remove_file(probe)
}

fn make(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.exists()) {
        std::fs::create_dir_all(parent)?;
    }
    DirBuilder::new().mode(0o700).create(path)
}

fn lock_file(folder: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    trusted::open(&folder.join("lock"), &mut options)
}

fn sign(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

fn holder(lock: &mut File) -> String {
    let mut number = String::new();
    match lock.read_to_string(&mut number) {
        Ok(read) if read > 0 => format!("process {}", number.trim()),
        _ => "just starting".to_owned(),
    }
}

fn read_secret(path: &Path) -> anyhow::Result<Secret> {
    let read = || {
        let mut file = trusted::open(path, OpenOptions::new().read(true))?;
        let (found, mut text) = (file.metadata()?, String::new());
        file.read_to_string(&mut text)?;
        io::Result::Ok((found, text))
    };
    let (found, text) = read().map_err(|error| unusable(path, &error))?;
    trusted::check_secret(path, &found)?;
    let secret = bytes(text.trim()).map(Secret::new).with_context(|| {
        format!(
            "{} does not hold a secret (64 hexadecimal digits); restore it, or remove it, which signs everybody out",
            path.display()
        )
    })?;
    if is_guessable(text.trim()) {
        bail!("the secret in {} can be guessed; remove it, which signs everybody out", path.display());
    }
    Ok(secret)
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    trusted::open(path, OpenOptions::new().read(true))?.read_to_string(&mut text)?;
    Ok(text)
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn unusable(path: &Path, error: &io::Error) -> anyhow::Error {
    // The system's own errors are better told by their kind, which has no number in it.
    match error.raw_os_error() {
        Some(_) => anyhow!("{} cannot be used: {}", path.display(), error.kind()),
        None => anyhow!("{} cannot be used: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::{PermissionsExt, chown, symlink},
    };

    use nix::unistd::geteuid;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn is_made_for_its_owner_only_and_held_by_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("some/data");
        let held = DataFolder::open(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        // An account that serves the database must get through to it.
        assert_ne!(mode(path.parent().unwrap()), 0o700);
        let process = format!("process {}", std::process::id());
        assert_eq!(held_by(&path).unwrap(), Some(process.clone()));
        let refused = DataFolder::open(&path).unwrap_err().to_string();
        assert!(refused.contains(&process), "{refused}");
        drop(held);
        assert_eq!(held_by(&path).unwrap(), None);
        DataFolder::open(&path).unwrap();
    }

    #[test]
    fn keeps_its_secret() {
        let home = tempfile::tempdir().unwrap();
        let data = DataFolder::open(home.path()).unwrap();
        let path = home.path().join("secret");
        data.secret().unwrap();
        let first = fs::read_to_string(&path).unwrap();
        assert_eq!((mode(&path), first.len()), (0o600, 65));
        data.secret().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), first);

        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(data.secret().unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        for damaged in ["", "00", &"zz".repeat(32)] {
            fs::write(&path, damaged).unwrap();
            assert!(data.secret().unwrap_err().to_string().contains("does not hold a secret"));
        }
        fs::write(&path, "00".repeat(32)).unwrap();
        assert!(data.secret().unwrap_err().to_string().contains("can be guessed"));
    }

    #[test]
    fn says_what_is_in_its_way() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("file"), "").unwrap();
        let refused = DataFolder::open(&home.path().join("file/data")).unwrap_err().to_string();
        assert!(refused.ends_with("/file/data cannot be used: not a directory"), "{refused}");
    }

    #[test]
    fn a_folder_that_others_can_write_in_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        fs::create_dir(&data).unwrap();
        for mode in [0o777, 0o1777, 0o775, 0o702] {
            fs::set_permissions(&data, Permissions::from_mode(mode)).unwrap();
            let refused = DataFolder::open(&data).unwrap_err().to_string();
            assert!(refused.contains("chmod go-w"), "{mode:o}: {refused}");
            assert!(secret_text(&data).unwrap_err().to_string().contains("chmod go-w"), "{mode:o}");
            assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "nothing was made in it");
        }
        fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        DataFolder::open(&data).unwrap();
    }

    #[test]
    fn what_belongs_to_another_account_is_refused() {
        if !geteuid().is_root() {
            return;
        }
        let home = tempfile::tempdir().unwrap();
        let data = DataFolder::open(home.path()).unwrap();
        data.secret().unwrap();
        chown(home.path().join("secret"), Some(1234), None).unwrap();
        let refused = data.secret().unwrap_err().to_string();
        assert!(refused.contains("belongs to account 1234"), "{refused}");
        drop(data);
        chown(home.path(), Some(1234), None).unwrap();
        let refused = DataFolder::open(home.path()).unwrap_err().to_string();
        assert!(refused.contains("belongs to account 1234"), "{refused}");
    }

    #[test]
    fn links_are_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let (data, elsewhere) = (home.path().join("data"), home.path().join("elsewhere"));
        let text = "5".repeat(64);
        for name in ["lock", "secret", "moved"] {
            fs::create_dir(&data).unwrap();
            fs::write(&elsewhere, &text).unwrap();
            fs::set_permissions(&elsewhere, Permissions::from_mode(0o600)).unwrap();
            symlink(&elsewhere, data.join(name)).unwrap();
            let folder = DataFolder::open(&data);
            let used = folder.and_then(|folder| folder.secret().and_then(|_| folder.leave_word("there")));
            assert!(used.is_err(), "{name}");
            assert_eq!(fs::read_to_string(&elsewhere).unwrap(), text, "{name}");
            fs::remove_dir_all(&data).unwrap();
        }
    }
}
