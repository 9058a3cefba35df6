//! From configuration to a program that serves, and back.

use std::{io, path::Path};

use anyhow::{Context, anyhow};
use backend::{Backend, Setup, clock::Clock, mail::Mailer, secret::Secret};
use leptos::config::{LeptosOptions, get_configuration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Database, SecretSource},
    data_folder::DataFolder,
    database::Opened,
    http::{Metrics, Patience, Site, Web, site::Readiness},
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
    let setup = Setup {
        db: database.pool.clone(),
        clock: Clock::system(),
        secret,
        mailer: Mailer::files(data.mail()),
    };
    let served = serve_on(listener, setup, &config, stop).await;
    database.close().await?;
    tracing::info!("stopped");
    served
}

async fn serve_on(
    listener: TcpListener,
    setup: Setup,
    config: &Config,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let port = listener.local_addr()?.port();
    let web = Web {
        backend: Backend::compose(setup).await.map_err(anyhow::Error::new)?,
        leptos: leptos_options()?,
        site: site(config, port),
        metrics: Metrics::install()?,
        readiness: Readiness::default(),
        patience: Patience::default(),
    };
    tracing::info!(listen = %listener.local_addr()?, "ready");
    println!("Rapport is ready: {}", config.address.to_open(port));
    crate::serve::serve(listener, web, stop).await
}

fn site(config: &Config, port: u16) -> Site {
    Site {
        origins: config.address.origins(port).into(),
        cookies: config.address.cookies(),
        development: config.is_development(),
        figures: config.figures,
        proxies: config.proxies.clone(),
    }
}

/// From Leptos.toml where it is, as in the repository; else from `LEPTOS_…` and the defaults.
fn leptos_options() -> anyhow::Result<LeptosOptions> {
    let file = Some("Leptos.toml").filter(|file| Path::new(file).exists());
    Ok(get_configuration(file).context("the settings of Leptos cannot be read")?.leptos_options)
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
