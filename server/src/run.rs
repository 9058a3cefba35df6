//! From configuration to a program that does its work, and back.

use std::{io, path::Path};

use anyhow::{Context, anyhow};
use backend::{
    Backend, Media, Setup,
    clock::Clock,
    database::Pool,
    jobs::run_worker,
    mail::Mailer,
    message_log::{Store, create_topics, run_store},
    secret::Secret,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    admin,
    cli::Role,
    config::{Config, Database, Mail, SecretSource},
    connections::ConnectionLimits,
    data_folder::DataFolder,
    database::{Opened, root_in_reach},
    descriptors::Descriptors,
    http::{Metrics, Patience, Site, Web, ops_state::OpsState, site::Readiness},
    serve::{Besides, in_time, serve as serve_people, supervise},
    site_folder::leptos_options,
    stop,
    terminal::say,
};

/// Serves until asked to stop: web, store and worker in one process.
///
/// # Errors
/// What is needed cannot be had: the data folder, the port, the database.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let stop = stop::when_asked()?;
    let data = DataFolder::open(&config.data)?;
    data.note_origin(config.address.public())?;
    if let Some(root) = root_in_reach(&config, &data.postgres())? {
        tracing::warn!("PostgreSQL runs {root}; an instance on the internet is refused so");
    }
    let secret = secret(&config.secret, &data)?;
    let listener = listen(&config).await?;
    let database = stop::unless(&stop, Opened::open(&config.database, &data)).await?;
    if let Some(kafka) = &config.kafka {
        create_topics(kafka).await?;
    }
    let served = async {
        let web = web_of(&config, &listener, setup(&config, &data, secret, database.pool.clone())?).await?;
        let store = Store { db: database.pool.clone(), bus: web.backend.bus.clone() };
        let stores = config.kafka.clone().map(|kafka| (kafka, store));
        serve_on(listener, web, Besides { works: true, stores }, &config, stop).await
    };
    let served = served.await;
    database.close().await?;
    tracing::info!("stopped");
    served
}

/// Serves people as one of several nodes, until asked to stop.
///
/// # Errors
/// What is needed cannot be had, or is not there yet: the schema.
pub async fn web(config: Config) -> anyhow::Result<()> {
    let stop = stop::when_asked()?;
    config.shared(Role::Web)?;
    let data = DataFolder::open(&config.data)?;
    data.note_origin(config.address.public())?;
    let listener = listen(&config).await?;
    let database = shared_database(&config).await?;
    let secret = secret(&config.secret, &data)?;
    let web = web_of(&config, &listener, setup(&config, &data, secret, database.pool.clone())?).await?;
    serve_on(listener, web, Besides::default(), &config, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Stores what is logged, until asked to stop.
///
/// # Errors
/// What is needed cannot be had.
pub async fn store(config: Config) -> anyhow::Result<()> {
    let stop = stop::when_asked()?;
    config.shared(Role::Store)?;
    let kafka = config.kafka.clone().context("it is needed for this role")?;
    let listener = listen_if_asked(&config).await?;
    let database = shared_database(&config).await?;
    let bus = config.redis.bus.bus();
    let ops = ops_state(&config, database.pool.clone(), bus.clone())?;
    let store = Store { db: database.pool.clone(), bus: bus.clone() };
    ready(listener.as_ref(), Role::Store)?;
    let work = in_time(&stop, run_store(&kafka, store, stop.clone()));
    supervise(listener, connections(&config), ops, work).await.unwrap_or(Ok(()))?;
    bus.flush().await;
    tracing::info!("stopped");
    Ok(())
}

/// Works off jobs, until asked to stop.
///
/// # Errors
/// What is needed cannot be had.
pub async fn worker(config: Config) -> anyhow::Result<()> {
    let stop = stop::when_asked()?;
    config.shared(Role::Worker)?;
    let data = DataFolder::open(&config.data)?;
    let listener = listen_if_asked(&config).await?;
    let database = shared_database(&config).await?;
    let secret = secret(&config.secret, &data)?;
    let mut setup = setup(&config, &data, secret, database.pool.clone())?;
    // It sends no messages.
    setup.media.log = Media::default().log;
    let backend = Backend::compose(setup).await.map_err(anyhow::Error::new)?;
    let ops = ops_state(&config, database.pool.clone(), backend.bus.clone())?;
    ready(listener.as_ref(), Role::Worker)?;
    let work = in_time(&stop, run_worker(backend.clone(), stop.clone()));
    supervise(listener, connections(&config), ops, work).await;
    backend.bus.flush().await;
    tracing::info!("stopped");
    Ok(())
}

async fn shared_database(config: &Config) -> anyhow::Result<Opened> {
    let Database::At(url) = &config.database else { return Err(anyhow!("it is needed for this role")) };
    Opened::shared(url).await
}

fn setup(config: &Config, data: &DataFolder, secret: Secret, db: Pool) -> anyhow::Result<Setup> {
    let mailer = match &config.mail {
        Mail::Files => Mailer::files(data.mail()),
        Mail::Smtp(settings) => Mailer::smtp(settings.clone())?,
    };
    Ok(Setup { db, clock: Clock::system(), secret, mailer, media: config.media() })
}

async fn web_of(config: &Config, listener: &TcpListener, setup: Setup) -> anyhow::Result<Web> {
    let backend = Backend::compose(setup).await.map_err(anyhow::Error::new)?;
    backend.end_sessions_of_other_secrets().await.map_err(anyhow::Error::new)?;
    Ok(Web {
        backend,
        leptos: leptos_options()?,
        site: site(config, listener.local_addr()?.port()),
        metrics: Metrics::install()?,
        readiness: Readiness::default(),
        patience: Patience::default(),
        connections: connections(config),
    })
}

async fn serve_on(
    listener: TcpListener,
    web: Web,
    besides: Besides,
    config: &Config,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(listen = %address, "ready");
    let open = config.address.to_open(address.port());
    let mail = match web.site.development && web.backend.mailer.keeps_mail() {
        true => {
            let origin = open.trim_end_matches('/');
            format!("\nIts mail is not sent, codes included. It is kept at {origin}/dev/mail")
        }
        false => String::new(),
    };
    say(format!("Rapport is ready: {open}{mail}"));
    serve_people(listener, web, besides, stop).await
}

fn ops_state(config: &Config, db: Pool, bus: backend::bus::Bus) -> anyhow::Result<OpsState> {
    let (metrics, readiness) = (Metrics::install()?, Readiness::default());
    Ok(OpsState { db, bus, readiness, metrics, figures: config.figures })
}

fn ready(listener: Option<&TcpListener>, role: Role) -> anyhow::Result<()> {
    let address = listener.map(TcpListener::local_addr).transpose()?;
    let address =
        address.map_or_else(String::new, |address| format!(" (figures at http://{address}/metrics)"));
    say(format!("Rapport's {role} is ready{address}"));
    Ok(())
}

fn connections(config: &Config) -> ConnectionLimits {
    ConnectionLimits::new(Descriptors::raise(), config.connections_per_address)
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

/// Moves a lite instance here if there is one to move, brings the schema up to date, makes the topics and queues that the settings ask for, and ends.
///
/// # Errors
/// The database, Kafka or RabbitMQ cannot be had, or a migration fails.
pub async fn migrate(config: Config, from: Option<&Path>) -> anyhow::Result<()> {
    let stop = stop::when_asked()?;
    if let Some(lite) = from {
        say(admin::move_in(&config, lite, &stop).await?);
    }
    let work = async {
        if let Database::At(url) = &config.database {
            backend::database::migrate(url).await?;
        } else {
            let data = DataFolder::open(&config.data)?;
            root_in_reach(&config, &data.postgres())?;
            Opened::open(&config.database, &data).await?.close().await?;
        }
        if let Some(kafka) = &config.kafka {
            create_topics(kafka).await?;
        }
        if let Some(rabbitmq) = &config.rabbitmq {
            rabbitmq.declare().await?;
        }
        Ok(())
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

/// Roles that serve no people listen only where they are told to.
async fn listen_if_asked(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    match config.listens {
        true => Ok(Some(listen(config).await?)),
        false => Ok(None),
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
