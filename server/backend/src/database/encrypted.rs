//! Whether what is said to the database can be read on the way.

use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use super::establish;

#[derive(diesel::QueryableByName)]
struct Encrypted {
    #[diesel(sql_type = Bool)]
    encrypted: bool,
}

/// Whether a connection to the database at `url` is encrypted, as the server sees it.
///
/// # Errors
/// There is no connection.
pub async fn is_encrypted(url: &str) -> anyhow::Result<bool> {
    let mut db = establish(url).await?;
    let sql = "SELECT ssl AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    Ok(diesel::sql_query(sql).get_result::<Encrypted>(&mut db).await?.encrypted)
}
