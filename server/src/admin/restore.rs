//! `rapport admin restore`

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use backend::database::{self, Audit};
use private_postgres::{Options, PrivatePostgres};
use tokio_util::sync::CancellationToken;

use crate::{
    archive::Archive,
    config::{Config, Database, SecretSource},
    data_folder::DataFolder,
    stop,
};

/// Makes an instance from a backup, in a data folder that is empty or not there, or in an empty
/// database. Returns what to tell.
///
/// # Errors
/// The file is no whole backup of ours or newer than this program, the place is not empty, or the
/// restoring fails: the data folder and the database are then as they were.
pub async fn restore(config: &Config, file: &Path, stop: &CancellationToken) -> anyhow::Result<String> {
    let archive = Archive::open(file)?;
    let audit = match &config.database {
        Database::Private => into_folder(&archive, config, stop).await?,
        Database::At(url) => into_database(&archive, config, url, stop).await?,
    };
    Ok(tell(&archive, config, audit))
}

async fn into_folder(archive: &Archive, config: &Config, stop: &CancellationToken) -> anyhow::Result<Audit> {
    let target = std::path::absolute(&config.data)?;
    let beside = Beside::of(&target)?;
    let audit = fill(archive, config, &beside.path, stop).await?;
    beside.publish(&target)?;
    Ok(audit)
}

async fn fill(
    archive: &Archive,
    config: &Config,
    folder: &Path,
    stop: &CancellationToken,
) -> anyhow::Result<Audit> {
    let data = DataFolder::open(folder)?;
    keep_secret(archive, config, &data)?;
    let server = PrivatePostgres::start(&data.postgres(), Options::default()).await?;
    let audit = stop::unless(stop, load(archive, server.url())).await;
    server.stop().await?;
    audit
}

async fn into_database(
    archive: &Archive,
    config: &Config,
    url: &str,
    stop: &CancellationToken,
) -> anyhow::Result<Audit> {
    if !database::is_empty(url).await? {
        bail!("the database of DATABASE_URL is not empty; a backup is restored to an empty one");
    }
    let data = DataFolder::open(&config.data)?;
    if let Some(text) = kept_secret(archive, config) {
        data.may_take_secret(text)?;
    }
    // The secret comes last: it is written at once, and can hardly fail any more.
    let restored = stop::unless(stop, load(archive, url)).await.and_then(|audit| {
        keep_secret(archive, config, &data)?;
        Ok(audit)
    });
    let Err(error) = restored else { return restored };
    match database::clear(url).await {
        Ok(()) => Err(error),
        Err(left) => Err(error.context(format!(
            "the database of DATABASE_URL is not empty any more ({left:#}): empty it before the next try"
        ))),
    }
}

async fn load(archive: &Archive, url: &str) -> anyhow::Result<Audit> {
    archive.restore(url).await?;
    database::migrate(url).await?;
    database::audit(url).await
}

fn keep_secret(archive: &Archive, config: &Config, data: &DataFolder) -> anyhow::Result<()> {
    kept_secret(archive, config).map_or(Ok(()), |text| data.put_secret(text))
}

/// The text of the secret that goes to the data folder.
fn kept_secret<'a>(archive: &'a Archive, config: &Config) -> Option<&'a str> {
    archive.secret.as_deref().filter(|_| matches!(config.secret, SecretSource::DataFolder))
}

/// A folder beside the wanted one, removed when it is dropped before it has taken its place.
struct Beside {
    path: PathBuf,
}

impl Beside {
    fn of(target: &Path) -> anyhow::Result<Self> {
        refuse_unless_empty(target)?;
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            bail!("{} cannot be a data folder", target.display());
        };
        let unusable = |error| anyhow!("{} cannot be used: {error}", parent.display());
        fs::create_dir_all(parent).map_err(|error| unusable(error.kind()))?;
        let other_disk = fs::metadata(target)
            .is_ok_and(|found| fs::metadata(parent).is_ok_and(|parent| parent.dev() != found.dev()));
        if other_disk {
            bail!("{} is a disk of its own; restore to a folder in it", target.display());
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".unfinished-{}", std::process::id()));
        Ok(Self { path: parent.join(hidden) })
    }

    /// An empty folder gives way to a renamed one; any other does not.
    fn publish(self, target: &Path) -> anyhow::Result<()> {
        fs::rename(&self.path, target)
            .map_err(|error| anyhow!("{} cannot be used: {}", target.display(), error.kind()))?;
        let parent = target.parent().context("a folder stands in a folder")?;
        Ok(File::open(parent)?.sync_all()?)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Gone already when it was renamed.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn refuse_unless_empty(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    match fs::read_dir(folder).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => bail!("{shown} is not empty; a backup is restored to a new folder: name one with --data"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => bail!("{shown} cannot be used: {}", error.kind()),
    }
}

fn tell(archive: &Archive, config: &Config, audit: Audit) -> String {
    let Audit { people, rooms, messages } = audit;
    let made_at = &archive.manifest.made_at;
    let secret = match (&archive.secret, &config.secret) {
        (Some(_), SecretSource::DataFolder) => "",
        (Some(_), SecretSource::Given(_)) => {
            "\nRAPPORT_SECRET is set: the secret in the backup was left out."
        }
        (None, SecretSource::Given(_)) => "",
        (None, SecretSource::DataFolder) => {
            "\nSet RAPPORT_SECRET as it was, or everybody has to sign in again: it is not in the backup."
        }
    };
    format!("Restored the backup of {made_at}: {people} people, {rooms} chats, {messages} messages.{secret}")
}
