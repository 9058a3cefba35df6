//! The connection pool.

use std::time::Duration;

use anyhow::Context;
use diesel::{QueryResult, result::Error as QueryError};
use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod, bb8,
    },
};
use futures::FutureExt;

pub type Pool = bb8::Pool<AsyncPgConnection>;
pub type Connection<'a> = bb8::PooledConnection<'a, AsyncPgConnection>;

/// Opens a pool of at most `size` connections; the first must answer.
///
/// # Errors
/// The database does not answer within five seconds.
pub async fn connect(url: &str, size: u32) -> anyhow::Result<Pool> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::CustomFunction(Box::new(|db| still_open(db).boxed()));
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let pool = Pool::builder()
        .max_size(size)
        .connection_timeout(Duration::from_secs(5))
        .build(manager)
        .await
        .context("the database does not answer")?;
    pool.get().await.context("the database does not answer")?;
    Ok(pool)
}

/// Looks whether the server has hung up, without asking it: a question before each use would be half
/// of all statements.
async fn still_open(db: &mut AsyncPgConnection) -> QueryResult<()> {
    if db.is_broken() {
        return Err(QueryError::BrokenTransactionManager);
    }
    Ok(())
}

impl crate::Backend {
    /// Whether the database answers within `limit`.
    pub async fn database_answers(&self, limit: Duration) -> bool {
        use diesel_async::SimpleAsyncConnection;
        let asked = async {
            let mut db = self.db.get().await.ok()?;
            db.batch_execute("SELECT 1").await.ok()
        };
        matches!(tokio::time::timeout(limit, asked).await, Ok(Some(())))
    }
}
