//! From configuration to a program that serves, and back.

use std::io;

use anyhow::anyhow;
use backend::{Backend, Setup, clock::Clock, mail::Mailer, secret::Secret};
use tokio::net::TcpListener;

use crate::{
    config::{Config, Database, SecretSource},
    data_folder::DataFolder,
    database::Opened,
    stop,
};

/// Serves until asked to stop.
///
/// # Errors
/// What is needed cannot be had: the data folder, the port, the database.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let stop = stop::when_asked()?;
    let data = DataFolder::open(&config.data)?;
    let secret = secret(&config.secret, &data)?;
    let listener = listen(&config).await?;
    let database = Opened::open(&config.database, &data).await?;
    let backend = Backend::compose(Setup {
        db: database.pool.clone(),
        clock: Clock::system(),
        secret,
        mailer: Mailer::files(data.mail()),
    })
    .await
    .map_err(|failure| anyhow!(failure))?;
    let address = config.address.to_open(listener.local_addr()?.port());
    tracing::info!(%address, "ready");
    stop.cancelled().await;
    drop(backend);
    database.close().await
}

/// Brings the schema up to date, and ends.
///
/// # Errors
/// The database cannot be had, or a migration fails.
pub async fn migrate(config: Config) -> anyhow::Result<()> {
    let stop = stop::when_asked()?;
    let work = async {
        if let Database::At(url) = &config.database {
            return backend::database::migrate(url).await;
        }
        let data = DataFolder::open(&config.data)?;
        Opened::open(&config.database, &data).await?.close().await
    };
    tokio::select! {
        done = work => done,
        () = stop.cancelled() => Err(anyhow!("stopped before the end; what had been done is kept")),
    }
}

fn secret(source: &SecretSource, data: &DataFolder) -> anyhow::Result<Secret> {
    match source {
        SecretSource::Given(secret) => Ok(secret.clone()),
        SecretSource::DataFolder => data.secret(),
    }
}

async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let address = config.listen;
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("{address} is in use by another program; choose another with --listen")
        }
        kind => anyhow!("cannot listen on {address}: {kind}"),
    })
}
