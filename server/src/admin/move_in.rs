//! `rapport migrate --from`: a lite instance outgrows its folder.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use backend::{database, sessions::carry_sessions_to};
use tokio_util::sync::CancellationToken;

use super::{backup, restore};
use crate::{
    config::{Config, Database, SecretSource},
    data_folder::{self, DataFolder},
};

/// Moves everything the lite instance in `lite` keeps into the empty database of the configuration,
/// and leaves word in the folder that it went. Returns what to tell.
///
/// # Errors
/// The instance still serves, or what backing up and restoring meet: it then serves on where it is, and
/// the database is empty again.
pub async fn move_in(config: &Config, lite: &Path, stop: &CancellationToken) -> anyhow::Result<String> {
    let Database::At(url) = &config.database else {
        bail!("a lite instance is moved into DATABASE_URL, which is not set");
    };
    if let Some(holder) = data_folder::held_by(lite).ok().flatten() {
        bail!("{} is in use by a running rapport ({holder}): stop it first", lite.display());
    }
    let source = Config {
        data: lite.to_owned(),
        database: Database::Private,
        secret: SecretSource::DataFolder,
        ..config.clone()
    };
    // Beside the data it is made of: where there is room for the one, there may be for the other.
    let file = lite.join(format!(".moving-{}.backup", std::process::id()));
    let moved = async {
        backup(&source, &file, stop).await?;
        restore(config, &file, stop).await
    };
    let moved = moved.await;
    let _ = fs::remove_file(&file);
    let told = moved.with_context(|| format!("{} is as it was", lite.display()))?;
    let folder = DataFolder::open(lite)?;
    if let SecretSource::Given(secret) = &config.secret {
        let db = database::connect(url, 1).await?;
        carry_sessions_to(&db, &folder.secret()?, secret).await?;
    }
    let target = Database::At(url.clone()).to_string();
    folder.leave_word(&target)?;
    Ok(format!("{told}\nMoved to {target}; {} is kept, and not served from there any more.", lite.display()))
}
