//! `pg_dump` and `pg_restore` of the version that serves.

use std::path::PathBuf;

use anyhow::{Context, bail};
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use private_postgres::programs;

use crate::database::establish;

#[derive(Clone, Copy, Debug)]
pub(super) enum Tool {
    Dump,
    Restore,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Dump => "pg_dump",
            Self::Restore => "pg_restore",
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = Integer)]
    major: i32,
}

/// The program of the server's own version, or of the next one that there is: an older one refuses
/// a newer server.
pub(super) async fn find(tool: Tool, url: &str) -> anyhow::Result<PathBuf> {
    let wanted = version(url).await.context("no connection to the database")?;
    let found = programs(tool.name());
    let fitting = found.into_iter().filter(|(major, _)| *major >= wanted).min_by_key(|(major, _)| *major);
    match fitting {
        Some((_, program)) => Ok(program),
        None => bail!(
            "{} of PostgreSQL {wanted} is not installed; install it with: apt-get install -y \
             postgresql-client-{wanted}",
            tool.name()
        ),
    }
}

async fn version(url: &str) -> anyhow::Result<u32> {
    let mut connection = establish(url).await?;
    let sql = "SELECT current_setting('server_version_num')::int / 10000 AS major";
    let version: Version = diesel::sql_query(sql).get_result(&mut connection).await?;
    Ok(u32::try_from(version.major)?)
}
