//! The migrations, compiled into the program.

use anyhow::{Context, anyhow, bail};
use diesel::{
    migration::{Migration, MigrationSource},
    pg::Pg,
    sql_types::Text,
};
use diesel_async::{AsyncMigrationHarness, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::establish;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Brings the database up to this program's schema. Runs on the multi-threaded runtime only.
///
/// # Errors
/// No connection, the schema is newer than this program's, or a migration failed; a failed one is
/// rolled back.
pub async fn migrate(url: &str) -> anyhow::Result<()> {
    let mut connection = establish(url).await.context("no connection to the database")?;
    // One after the other, when several processes start at once; let go with the connection.
    connection.batch_execute("SELECT pg_advisory_lock(hashtextextended('rapport.migrate', 0))").await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let applied = harness.applied_migrations().map_err(|error| anyhow!(error))?;
    if let Some(schema) = applied.iter().map(ToString::to_string).max() {
        refuse_newer(&schema)?;
    }
    let applied = harness.run_pending_migrations(MIGRATIONS).map_err(|error| anyhow!(error))?;
    for version in applied {
        tracing::info!(%version, "migration applied");
    }
    Ok(())
}

/// Makes sure that somebody has brought the database up to this program's schema.
///
/// # Errors
/// It is older, or newer, or does not answer.
pub async fn require_migrated(url: &str) -> anyhow::Result<()> {
    let (schema, known) = (schema_of(url).await?, newest_schema()?);
    refuse_newer(&schema)?;
    if schema != known {
        bail!(
            "the database has schema {schema}, and this rapport needs {known}: run `rapport migrate` first"
        );
    }
    Ok(())
}

/// Refuses a schema of a newer program: what that changed, this one would read wrongly, and write
/// wrongly.
///
/// # Errors
/// It is newer; the sentence names both.
pub fn refuse_newer(schema: &str) -> anyhow::Result<()> {
    let known = newest_schema()?;
    // All of one length and led by their dates, so that text compares like time.
    if *schema > *known {
        bail!(
            "the database has schema {schema}, and this rapport {} knows schemas up to {known}: start a newer rapport",
            env!("CARGO_PKG_VERSION")
        );
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The number of this program's schema: that of the newest migration, which begins with its date.
///
/// # Errors
/// Never, in a program that was built.
pub fn newest_schema() -> anyhow::Result<String> {
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(|error| anyhow!(error))?;
    let newest = migrations.iter().map(|migration| migration.name().version().to_string()).max();
    newest.context("there are migrations")
}

/// The number of the schema in the database at `url`.
///
/// # Errors
/// It does not answer, or was never migrated.
pub async fn schema_of(url: &str) -> anyhow::Result<String> {
    let mut connection = establish(url).await.context("no connection to the database")?;
    let sql = "SELECT version FROM __diesel_schema_migrations ORDER BY version DESC LIMIT 1";
    let found: Vec<Version> =
        diesel::sql_query(sql).load(&mut connection).await.context("the database holds no rapport")?;
    let newest = found.into_iter().next().context("the database holds no rapport")?;
    Ok(newest.version)
}
