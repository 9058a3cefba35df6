//! The database beside the protocol: to look, to fill, and to hold what others wait for.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use model::RoomId;

use super::until;

pub(crate) struct Sql(String);

/// What a transaction holds until it is let go, or dropped.
pub(crate) struct Held(AsyncPgConnection);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    body: String,
}

impl Sql {
    pub(crate) fn at(url: String) -> Self {
        Self(url)
    }

    async fn connect(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.0).await.expect("the database answers")
    }

    pub(crate) async fn run(&self, statements: &str) {
        self.connect().await.batch_execute(statements).await.unwrap();
    }

    /// Says whether it could be done: for a database that is failing.
    pub(crate) async fn can(&self, statements: &str) -> bool {
        let Ok(mut db) = AsyncPgConnection::establish(&self.0).await else { return false };
        db.batch_execute(statements).await.is_ok()
    }

    /// A number under that name.
    pub(crate) async fn number(&self, query: &str) -> i64 {
        let found: Number = diesel::sql_query(query).get_result(&mut self.connect().await).await.unwrap();
        found.number
    }

    /// What stands in a room: number, id, text.
    pub(crate) async fn history(&self, room: RoomId) -> Vec<(i64, String, String)> {
        let query = format!("SELECT seq, id::text, body FROM messages WHERE room_id = '{room}' ORDER BY seq");
        let rows: Vec<Row> = diesel::sql_query(query).load(&mut self.connect().await).await.unwrap();
        rows.into_iter().map(|row| (row.seq, row.id, row.body)).collect()
    }

    /// How many entries of the log have been stored.
    pub(crate) async fn stored(&self) -> i64 {
        self.number("SELECT coalesce(sum(next_offset), 0)::bigint AS number FROM log_offsets").await
    }

    /// Holds what the statement locks.
    pub(crate) async fn hold(&self, statement: &str) -> Held {
        let mut db = self.connect().await;
        db.batch_execute(&format!("BEGIN; {statement}")).await.unwrap();
        Held(db)
    }

    /// Waits until somebody waits for a lock, and returns the port he comes from.
    pub(crate) async fn until_blocked(&self, on: &str) -> u16 {
        // The last one is our own question.
        let query = format!(
            "SELECT coalesce(max(client_port), 0)::bigint AS number FROM pg_stat_activity \
             WHERE wait_event_type = 'Lock' AND query LIKE '{on}' AND pid <> pg_backend_pid()"
        );
        until("somebody waits", async || {
            u16::try_from(self.number(&query).await).ok().filter(|port| *port > 0)
        })
        .await
    }
}

impl Held {
    pub(crate) async fn let_go(mut self) {
        self.0.batch_execute("ROLLBACK").await.unwrap();
    }
}
