//! `rapport admin demo`

use anyhow::Context;
use backend::{
    Backend, Media, Setup,
    clock::Clock,
    database::{self, Pool, private},
    demo::{self, PASSWORD, Summary},
    mail::Mailer,
    secret::{Secret, random},
};

use crate::{
    config::{Config, Database},
    data_folder::{self, DataFolder},
    database::Opened,
};

/// Fills the instance with a demo, while it serves or while it does not. Returns what to tell.
///
/// # Errors
/// The database cannot be had, or the demo does not fit beside what is there.
pub async fn demo(config: &Config, scale: u32) -> anyhow::Result<String> {
    if let Some(pool) = serving(config).await? {
        return fill(pool, scale).await;
    }
    let data = DataFolder::open(&config.data)?;
    let database = Opened::open(&config.database, &data).await?;
    let told = fill(database.pool.clone(), scale).await;
    database.close().await?;
    told
}

/// The database of an instance that serves, or of one that brings no server of its own.
async fn serving(config: &Config) -> anyhow::Result<Option<Pool>> {
    let url = match &config.database {
        Database::At(url) => Some(url.clone()),
        Database::Private => {
            let held = data_folder::held_by(&config.data)?.is_some();
            held.then(|| private::running_url(&data_folder::postgres(&config.data))).flatten()
        }
    };
    let Some(url) = url else { return Ok(None) };
    database::migrate(&url).await?;
    Ok(Some(database::connect(&url, 4).await?))
}

async fn fill(db: Pool, scale: u32) -> anyhow::Result<String> {
    // Nothing is signed and nothing is sent.
    let setup = Setup {
        db,
        clock: Clock::system(),
        secret: Secret::new(random()),
        mailer: Mailer::memory(),
        media: Media::default(),
    };
    let backend = Backend::compose(setup).await.context("the database does not answer")?;
    let summary = demo::fill(&backend, scale).await.map_err(model::Error::from)?;
    Ok(tell(&summary))
}

fn tell(summary: &Summary) -> String {
    let Summary { people, chats, messages, username, was_there } = summary;
    let done = if *was_there { "There is a demo already" } else { "Filled" };
    format!(
        "{done}: {people} people, {chats} chats, {messages} messages.\n\
         Sign in as {username} with the password {PASSWORD}."
    )
}
