//! `rapport admin demo`

use ::demo::{PASSWORD, Summary};
use anyhow::{Context, bail};
use backend::{
    Backend, Media, Setup,
    clock::Clock,
    database::{self, Pool},
    mail::Mailer,
    secret::{Secret, random},
};
use private_postgres::running_url;

use crate::{
    config::{Address, Config, Database},
    data_folder::{self, DataFolder},
    database::Opened,
};

/// Fills the instance with a demo, while it serves or while it does not. Returns what to tell.
///
/// # Errors
/// The instance is on the internet and nobody insists, the database cannot be had, or the demo does not fit beside
/// what is there.
pub async fn demo(config: &Config, scale: u32, force: bool) -> anyhow::Result<String> {
    let origin = match &config.address {
        Address::Public(origin) => Some(origin.clone()),
        // The shell of whoever looks after an instance need not know its settings.
        Address::Development => data_folder::noted_origin(&config.data),
        Address::Local(_) => None,
    };
    if let Some(origin) = &origin
        && !force
    {
        bail!(
            "{origin} is open to everybody, and the demo's people are made up; \
             to fill it all the same, with a password that nobody knows: rapport admin demo --force"
        );
    }
    let password = origin.map_or_else(|| PASSWORD.to_owned(), |_| hex::encode(random::<12>()));
    if let Some(pool) = serving(config).await? {
        return fill(pool, scale, &password).await;
    }
    let data = DataFolder::open(&config.data)?;
    let database = Opened::open(&config.database, &data).await?;
    let report = fill(database.pool.clone(), scale, &password).await;
    database.close().await?;
    report
}

/// The database of an instance that serves, or of one that brings no server of its own.
async fn serving(config: &Config) -> anyhow::Result<Option<Pool>> {
    let url = match &config.database {
        Database::At(url) => Some(url.clone()),
        Database::Private => {
            let held = data_folder::held_by(&config.data)?.is_some();
            held.then(|| running_url(&data_folder::postgres(&config.data))).flatten()
        }
    };
    let Some(url) = url else { return Ok(None) };
    database::migrate(&url).await?;
    Ok(Some(database::connect(&url, 4).await?))
}

async fn fill(db: Pool, scale: u32, password: &str) -> anyhow::Result<String> {
    // Nothing is signed and nothing is sent.
    let setup = Setup {
        db,
        clock: Clock::system(),
        secret: Secret::new(random()),
        mailer: Mailer::memory(),
        media: Media::default(),
    };
    let backend = Backend::compose(setup).await.context("the database does not answer")?;
    let summary = ::demo::fill(&backend, scale, password).await.map_err(model::Error::from)?;
    Ok(tell(&summary, password))
}

fn tell(summary: &Summary, password: &str) -> String {
    let Summary { people, chats, messages, username, was_there } = summary;
    let counts = format!("{people} people, {chats} chats, {messages} messages.");
    match was_there {
        true => format!("There is a demo already: {counts}\nSign in as {username} with its password."),
        false => format!("Filled: {counts}\nSign in as {username} with the password {password}."),
    }
}
