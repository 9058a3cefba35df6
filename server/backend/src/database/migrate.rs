//! The migrations, compiled into the program.

use anyhow::{Context, anyhow};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Brings the database up to this program's schema. Runs on the multi-threaded runtime only.
///
/// # Errors
/// No connection, or a migration failed; a failed one is rolled back.
pub async fn migrate(url: &str) -> anyhow::Result<()> {
    let connection = AsyncPgConnection::establish(url).await.context("the database does not answer")?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let applied = harness.run_pending_migrations(MIGRATIONS).map_err(|error| anyhow!(error))?;
    for version in applied {
        tracing::info!(%version, "migration applied");
    }
    Ok(())
}
