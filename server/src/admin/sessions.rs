//! `rapport admin sessions`

use super::backup::answering;
use crate::{cli, config::Config, data_folder::DataFolder, database::Opened};
use anyhow::bail;
use backend::{
    database::{self, Pool},
    sessions::{self, Whose},
};

/// Ends sessions, while the instance serves or while it does not. Returns what to tell.
///
/// # Errors
/// The database cannot be had, or there is no such user.
pub async fn end_sessions(config: &Config, whose: &cli::Whose) -> anyhow::Result<String> {
    let whose = whose.user.as_deref().map_or(Whose::Everybody, Whose::User);
    if let Some(url) = answering(config)? {
        database::require_migrated(&url).await?;
        return end(&database::connect(&url, 1).await?, whose).await;
    }
    let data = DataFolder::open(&config.data)?;
    let database = Opened::open(&config.database, &data).await?;
    let told = end(&database.pool, whose).await;
    database.close().await?;
    told
}

async fn end(db: &Pool, whose: Whose<'_>) -> anyhow::Result<String> {
    let ended = sessions::end_sessions(db, whose, chrono::Utc::now()).await?;
    Ok(match (ended, whose) {
        (None, Whose::User(name)) => bail!("there is no user {name:?}"),
        (Some(1), Whose::User(name)) => format!("Ended the one session of {name}."),
        (Some(ended), Whose::User(name)) => format!("Ended {ended} sessions of {name}."),
        (Some(1), Whose::Everybody) => "Ended the one session there was.".to_owned(),
        (ended, Whose::Everybody) => format!("Ended {} sessions.", ended.unwrap_or_default()),
    })
}
