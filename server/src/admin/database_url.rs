//! `rapport admin database-url`

use std::path::Path;

use anyhow::bail;
use private_postgres::running_url;

use crate::{config::Database, data_folder};

/// Where the database answers: for psql, and for tools that read along. Starts nothing.
///
/// # Errors
/// It is the private one, and that does not run.
pub fn database_url(database: &Database, data: &Path) -> anyhow::Result<String> {
    if let Database::At(url) = database {
        return Ok(url.clone());
    }
    match running_url(&data_folder::postgres(data)) {
        Some(url) => Ok(url),
        None => {
            bail!("the private PostgreSQL of {} does not run; it does while rapport serves", data.display())
        }
    }
}
