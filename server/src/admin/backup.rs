//! `rapport admin backup`

use std::path::Path;

use anyhow::{Context, bail};
use backend::database::schema_of;
use private_postgres::{Options, PrivatePostgres, is_made};
use tokio_util::sync::CancellationToken;

use crate::{
    archive::Unfinished,
    config::{Config, Database, SecretSource},
    data_folder::{self, DataFolder},
    stop,
};

/// Writes everything that an instance keeps to one new file, while it serves or while it does
/// not. Returns what to tell.
///
/// # Errors
/// There is such a file, nothing to back up, no `pg_dump`, or no room: nothing is left of it then.
pub async fn backup(config: &Config, file: &Path, stop: &CancellationToken) -> anyhow::Result<String> {
    let unfinished = Unfinished::begin(file)?;
    if let Some(url) = answering(config)? {
        return stop::unless(stop, write(unfinished, &url, config, file)).await;
    }
    let folder = data_folder::postgres(&config.data);
    if !is_made(&folder) {
        bail!("there is nothing to back up in {}", config.data.display());
    }
    // Held until the end, so that nobody starts meanwhile.
    let data = DataFolder::open(&config.data)?;
    if matches!(config.secret, SecretSource::DataFolder) {
        // Made now when the instance has never served.
        data.secret()?;
    }
    let server = PrivatePostgres::start(&folder, Options::default()).await?;
    let url = server.url().to_owned();
    let told = stop::unless(stop, write(unfinished, &url, config, file)).await;
    server.stop().await?;
    told
}

/// The database of an instance that serves, or of one that brings no server of its own.
pub(super) fn answering(config: &Config) -> anyhow::Result<Option<String>> {
    match &config.database {
        Database::At(url) => Ok(Some(url.clone())),
        Database::Private if data_folder::held_by(&config.data)?.is_none() => Ok(None),
        Database::Private => super::database_url(&config.database, &config.data).map(Some),
    }
}

async fn write(unfinished: Unfinished, url: &str, config: &Config, file: &Path) -> anyhow::Result<String> {
    let secret = match config.secret {
        SecretSource::DataFolder => Some(
            data_folder::secret_text(&config.data)
                .context("set RAPPORT_SECRET as the instance has it, or RAPPORT_DATA to its folder")?,
        ),
        SecretSource::Given(_) => None,
    };
    let schema = schema_of(url).await.context("there is nothing to back up")?;
    let size = unfinished.write(url, &schema, secret.as_deref()).await?;
    let holds = match secret {
        Some(_) => "Whoever has it can read everything and sign in as anybody: keep it safe.",
        None => "RAPPORT_SECRET is not in it: keep both, in different places.",
    };
    Ok(format!("Wrote {}, {:.1} MB. {holds}", file.display(), size as f64 / 1e6))
}
