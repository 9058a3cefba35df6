//! The database, from configuration to a pool that answers.

use std::path::Path;

use anyhow::{Context, bail};
use backend::database::{self, Pool};
use private_postgres::{Options, PrivatePostgres, reaches_files_of_root};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Database},
    data_folder::DataFolder,
};

/// Connections of one process. The private server has room for a hundred.
const POOL_SIZE: u32 = 20;

/// What there is to say of root, when the program's own server would have all of root's files in its reach.
///
/// # Errors
/// The instance is on the internet: whoever broke into its database would be root.
pub fn root_in_reach(config: &Config, folder: &Path) -> anyhow::Result<Option<String>> {
    if config.database != Database::Private || !reaches_files_of_root(folder) {
        return Ok(None);
    }
    let why = format!("no other account may enter {}", config.data.display());
    if config.address.public().is_some() {
        bail!(
            "its own PostgreSQL would have root's files in reach, since {why}; choose another folder, such as \
             --data /var/lib/rapport, or run this as an ordinary user"
        );
    }
    Ok(Some(format!("with root's files in its reach, since {why}")))
}

/// A migrated database. Closing it stops the private server, when it is one.
pub struct Opened {
    pub pool: Pool,
    server: Server,
}

enum Server {
    Elsewhere,
    Private { end: CancellationToken, supervised: JoinHandle<anyhow::Result<()>> },
}

impl Opened {
    /// Starts the private server if that is the one, and brings the schema up to date.
    ///
    /// # Errors
    /// The server does not start or answer, or a migration fails.
    pub async fn open(database: &Database, data: &DataFolder) -> anyhow::Result<Self> {
        let (url, server) = match database {
            Database::At(url) => (url.clone(), Server::Elsewhere),
            Database::Private => start_private(data).await?,
        };
        match migrated(&url).await {
            Ok(pool) => Ok(Self { pool, server }),
            Err(error) => {
                server.stop().await?;
                Err(error)
            }
        }
    }

    /// A database that somebody else has brought up to this program's schema: `rapport migrate`.
    ///
    /// # Errors
    /// It does not answer, or has another schema.
    pub async fn shared(url: &str) -> anyhow::Result<Self> {
        database::require_migrated(url).await?;
        let pool = database::connect(url, POOL_SIZE).await?;
        Ok(Self { pool, server: Server::Elsewhere })
    }

    /// Call when nothing uses the pool any more.
    ///
    /// # Errors
    /// The private server does not stop.
    pub async fn close(self) -> anyhow::Result<()> {
        drop(self.pool);
        self.server.stop().await
    }
}

impl Server {
    async fn stop(self) -> anyhow::Result<()> {
        let Self::Private { end, supervised } = self else { return Ok(()) };
        end.cancel();
        supervised.await.context("the private PostgreSQL was left alone")?
    }
}

async fn start_private(data: &DataFolder) -> anyhow::Result<(String, Server)> {
    let server = PrivatePostgres::start(&data.postgres(), Options::default()).await?;
    if server.adopted {
        tracing::info!("the private PostgreSQL was still running; going on with it");
    }
    let url = server.url().to_owned();
    let end = CancellationToken::new();
    let supervised = tokio::spawn(server.supervise(end.clone()));
    Ok((url, Server::Private { end, supervised }))
}

async fn migrated(url: &str) -> anyhow::Result<Pool> {
    database::migrate(url).await?;
    database::connect(url, POOL_SIZE).await
}
