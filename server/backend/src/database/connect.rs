//! The connection pool.

use std::time::Duration;

use anyhow::Context;
use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{AsyncDieselConnectionManager, bb8},
};

pub type Pool = bb8::Pool<AsyncPgConnection>;
pub type Connection<'a> = bb8::PooledConnection<'a, AsyncPgConnection>;

/// Opens a pool of at most `size` connections; the first must answer.
///
/// # Errors
/// The database does not answer within five seconds.
pub async fn connect(url: &str, size: u32) -> anyhow::Result<Pool> {
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url);
    let pool = Pool::builder()
        .max_size(size)
        .connection_timeout(Duration::from_secs(5))
        .build(manager)
        .await
        .context("the database does not answer")?;
    pool.get().await.context("the database does not answer")?;
    Ok(pool)
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
