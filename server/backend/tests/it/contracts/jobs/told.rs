//! Jobs that do as they are told, and write down what they did.

use std::time::Duration;

use backend::{
    Backend,
    database::Pool,
    failure::Outcome,
    jobs::{Job, JobError, Kind},
    mail::{Mail, MailId},
};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

/// Which jobs do as they are told.
pub(crate) static KINDS: [Kind; 2] = [Kind::of::<A>(), Kind::of::<B>()];

pub(super) const TABLES: &str = "\
    CREATE TABLE runs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event text NOT NULL); \
    CREATE TABLE open_gate ();";

/// What a job does once it has written down that it began.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Told {
    Succeed,
    /// So many tries fail.
    Fail(i64),
    GiveUp,
    /// Ends when the gate is open.
    Wait,
    /// Leaves a mail, always the same.
    Mail,
}

macro_rules! job {
    ($name:ident, $queue:literal, $tries:literal) => {
        #[derive(Serialize, Deserialize)]
        pub(crate) struct $name(pub(crate) i32, pub(crate) Told);

        impl Job for $name {
            const QUEUE: &'static str = $queue;
            const MAX_ATTEMPTS: i32 = $tries;

            async fn run(self, backend: &Backend) -> Result<(), JobError> {
                let name = format!("{}{}", stringify!($name), self.0);
                record(backend, &name, "begun").await?;
                let ended = self.1.act(backend, &name).await;
                record(backend, &name, if ended.is_ok() { "ended" } else { "failed" }).await?;
                ended
            }
        }
    };
}

job!(A, "test.a", 3);
job!(B, "test.b", 1);

impl Told {
    async fn act(self, backend: &Backend, name: &str) -> Result<(), JobError> {
        match self {
            Self::Succeed => Ok(()),
            Self::GiveUp => Err(JobError::GiveUp("as told".to_owned())),
            Self::Fail(times) => match tries(backend, name).await? <= times {
                true => Err(JobError::Retry("as told".to_owned())),
                false => Ok(()),
            },
            Self::Wait => {
                while !gate_is_open(backend).await? {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Ok(())
            }
            Self::Mail => {
                let (to, text, html) = (String::new(), String::new(), String::new());
                let id = MailId::new("told", uuid::Uuid::nil(), 1);
                let at = backend.clock.now();
                Ok(backend.mailer.send(Mail { id, at, to, subject: name.to_owned(), text, html }).await?)
            }
        }
    }
}

async fn record(backend: &Backend, name: &str, what: &str) -> Outcome<()> {
    let mut conn = backend.db.get().await?;
    let insert = diesel::sql_query("INSERT INTO runs (event) VALUES ($1)");
    insert.bind::<sql_types::Text, _>(format!("{name} {what}")).execute(&mut conn).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Event {
    #[diesel(sql_type = sql_types::Text)]
    event: String,
}

pub(super) async fn events(db: &Pool) -> Outcome<Vec<String>> {
    let rows: Vec<Event> =
        diesel::sql_query("SELECT event FROM runs ORDER BY id").load(&mut db.get().await?).await?;
    Ok(rows.into_iter().map(|row| row.event).collect())
}

async fn tries(backend: &Backend, name: &str) -> Outcome<i64> {
    let begun = format!("{name} begun");
    Ok(events(&backend.db).await?.iter().filter(|event| **event == begun).count() as i64)
}

async fn gate_is_open(backend: &Backend) -> Outcome<bool> {
    let found = diesel::sql_query("SELECT 'open' AS event FROM open_gate LIMIT 1");
    Ok(!found.load::<Event>(&mut backend.db.get().await?).await?.is_empty())
}
