//! `rapport check`: each setting and connection, right or what is wrong with it.

use std::{net::TcpListener, path::Path};

use anyhow::{anyhow, bail};
use backend::{database, message_log::check_topics};
use private_postgres as postgres;

use crate::{
    config::{Config, Database, Mail, SecretSource},
    connections::ConnectionLimits,
    data_folder::{self, held_by},
    database::root_in_reach,
    descriptors::Descriptors,
    site_folder::leptos_options,
    terminal::say,
};

/// Prints a line for each. Changes nothing and starts nothing.
///
/// # Errors
/// Something is wrong; what it is has been printed.
pub async fn check(config: Config) -> anyhow::Result<()> {
    let holder = held_by(&config.data).ok().flatten();
    let findings = [
        ("data folder", data(&config, holder.as_deref())),
        ("listen", listen(&config, holder.is_some())),
        ("address", Ok(config.address.to_open(config.listen.port()))),
        ("proxies", Ok(config.proxies.to_string())),
        ("metrics", Ok(format!("{:?}", config.figures).to_lowercase())),
        ("connections", Ok(connections(&config))),
        ("secret", secret(&config)),
        ("database", database(&config).await),
        ("redis", redis(&config).await),
        ("message log", message_log(&config).await),
        ("jobs", jobs(&config).await),
        ("mail", mail(&config).await),
        ("site", site()),
        ("log", Ok(format!("{}, as {:?}", config.logs.filter, config.logs.format).to_lowercase())),
    ];
    for (name, finding) in &findings {
        match finding {
            Ok(text) => say(format!("ok     {name}: {text}")),
            Err(error) => say(format!("WRONG  {name}: {error:#}")),
        }
    }
    match findings.iter().filter(|(_, finding)| finding.is_err()).count() {
        0 => Ok(()),
        1 => bail!("one thing is wrong"),
        wrong => bail!("{wrong} things are wrong"),
    }
}

fn data(config: &Config, holder: Option<&str>) -> anyhow::Result<String> {
    let path = config.data.display();
    if config.data.exists() {
        data_folder::refuse_others(&config.data)?;
    }
    if let Some(holder) = holder {
        return Ok(format!("{path}, in use by a running rapport ({holder}){}", free(&config.data)));
    }
    let whole = std::path::absolute(&config.data)?;
    let existing = whole.ancestors().find(|folder| folder.exists()).unwrap_or(&whole);
    if let Err(error) = data_folder::try_to_write(existing) {
        bail!("{path} cannot be used: {}: {}", existing.display(), error.kind());
    }
    match existing == whole {
        true => Ok(format!("{path}{}", free(existing))),
        false => Ok(format!("{path}, made at the first start{}", free(existing))),
    }
}

/// The room on the disk, for whoever may write files there.
fn free(folder: &Path) -> String {
    match nix::sys::statvfs::statvfs(folder) {
        Ok(disk) => {
            let bytes = disk.blocks_available() as f64 * disk.fragment_size() as f64;
            format!(", {:.1} GB free", bytes / 1e9)
        }
        Err(_) => String::new(),
    }
}

fn listen(config: &Config, running: bool) -> anyhow::Result<String> {
    let address = config.listen;
    match TcpListener::bind(address) {
        Ok(_) => Ok(address.to_string()),
        Err(error) if running && error.kind() == std::io::ErrorKind::AddrInUse => {
            Ok(format!("{address}, in use, probably by the running rapport"))
        }
        Err(error) => Err(anyhow!("cannot listen on {address}: {}", error.kind())),
    }
}

fn connections(config: &Config) -> String {
    let descriptors = Descriptors::raise();
    let ConnectionLimits { total, per_address } =
        ConnectionLimits::new(descriptors, config.connections_per_address);
    format!("{total} at most, {per_address} from one address; {descriptors}")
}

fn secret(config: &Config) -> anyhow::Result<String> {
    match config.secret {
        SecretSource::DataFolder => {
            data_folder::check_secret(&config.data)?;
            Ok("kept in the data folder".to_owned())
        }
        SecretSource::Given(_) => Ok("given".to_owned()),
    }
}

async fn database(config: &Config) -> anyhow::Result<String> {
    let root = root_in_reach(config, &data_folder::postgres(&config.data))?;
    let root = root.map_or_else(String::new, |root| format!(", {root}"));
    let url = match &config.database {
        Database::At(url) => url.clone(),
        Database::Private => {
            let folder = data_folder::postgres(&config.data);
            match postgres::running_url(&folder) {
                Some(url) => url,
                None => {
                    let program = postgres::program(&folder)?;
                    return Ok(format!(
                        "the program's own, started by serve with {}{root}",
                        program.display()
                    ));
                }
            }
        }
    };
    database::connect(&url, 1).await?;
    // One that was never migrated has none.
    if let Ok(schema) = database::schema_of(&url).await {
        database::refuse_newer(&schema)?;
    }
    let how = match (&config.database, database::is_encrypted(&url).await?) {
        (Database::Private, _) => "",
        (Database::At(_), true) => " over TLS",
        (Database::At(_), false) => " without TLS",
    };
    Ok(format!("{}, answers{how}{root}", config.database))
}

async fn redis(config: &Config) -> anyhow::Result<String> {
    let Some(settings) = config.redis.settings() else { return Ok("none; one node needs none".to_owned()) };
    settings.probe().await
}

async fn mail(config: &Config) -> anyhow::Result<String> {
    if let Mail::Smtp(settings) = &config.mail {
        settings.answers().await?;
        return Ok(format!("{}, answers", config.mail));
    }
    Ok(config.mail.to_string())
}

fn site() -> anyhow::Result<String> {
    let options = leptos_options()?;
    Ok(options.site_root.to_string())
}

async fn message_log(config: &Config) -> anyhow::Result<String> {
    let Some(settings) = &config.kafka else { return Ok("the database itself".to_owned()) };
    check_topics(settings).await?;
    Ok(format!("Kafka, {settings:?}"))
}

async fn jobs(config: &Config) -> anyhow::Result<String> {
    let Some(settings) = &config.rabbitmq else { return Ok("worked off from the database".to_owned()) };
    settings.answers().await?;
    Ok(format!("{settings}, answers"))
}
