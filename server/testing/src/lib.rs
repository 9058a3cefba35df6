//! Real engines for tests. One PostgreSQL server for each test process, with a migrated database for each test; beside it
//! Redis, RabbitMQ, Kafka and a mail server, and a whole backend on them.
//!
//! The PostgreSQL server keeps its files in memory where it can. The first test that asks starts it, and it ends with the
//! test process however that ends.

mod janitor;
mod kafka;
mod look;
mod postgres;
mod rabbitmq;
mod redis;
mod server;
pub mod smtp;
mod test_backend;
mod until;

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use backend::database;
pub use kafka::Kafka;
pub use look::{digest, execute, history, member, number, run};
pub use postgres::{NetworkPostgres, PASSWORD, USER};
pub use rabbitmq::{Broker, Taken};
pub use redis::{RedisServer, redis};
use server::TestServer;
pub use test_backend::{TestBackend, person, session};
pub use until::until;

static SERVER: OnceLock<Result<TestServer, String>> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Connections per test: tests run side by side, and the server has room for a few hundred.
const POOL_SIZE: u32 = 8;

/// A migrated, empty database of one test's own; dropped with this value, also in a panic.
pub struct Database {
    name: String,
    url: String,
    server: &'static TestServer,
}

impl Database {
    /// # Panics
    /// PostgreSQL cannot be started, or a migration fails.
    pub async fn create() -> Self {
        let server = tokio::task::spawn_blocking(server).await.expect("the test server's thread ends well");
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut connection = AsyncPgConnection::establish(&server.url("postgres"))
            .await
            .expect("the test server answers as long as the test process lives");
        connection
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {}", server::TEMPLATE))
            .await
            .expect("a database name is used once");
        let url = server.url(&name);
        Self { name, url, server }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// # Panics
    /// The test server does not answer.
    pub async fn pool(&self) -> database::Pool {
        database::connect(&self.url, POOL_SIZE).await.expect("the test server answers")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.server.discard(std::mem::take(&mut self.name));
    }
}

fn server() -> &'static TestServer {
    let started = SERVER.get_or_init(|| TestServer::start().map_err(|error| format!("{error:#}")));
    match started {
        Ok(server) => server,
        Err(error) => panic!("no PostgreSQL for the tests: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    use super::Database;
    use backend::database::schema::jobs;

    #[tokio::test]
    async fn every_test_has_tables_of_its_own() {
        let (one, other) = tokio::join!(Database::create(), Database::create());
        let (one, other) = (one.pool().await, other.pool().await);
        let count = async |pool: &backend::database::Pool| {
            let mut connection = pool.get().await.unwrap();
            jobs::table.count().get_result::<i64>(&mut connection).await.unwrap()
        };
        let insert = "INSERT INTO jobs (queue, payload, run_at, created_at) VALUES ('q', '{}', now(), now())";
        diesel::sql_query(insert).execute(&mut one.get().await.unwrap()).await.unwrap();
        assert_eq!((count(&one).await, count(&other).await), (1, 0));
    }
}
