//! A backend on a database of its own, with a clock moved by hand, and the people in it.

use std::net::{IpAddr, Ipv4Addr};

use backend::{
    Backend, Media, Setup,
    accounts::{Origin, SignUp},
    clock::Clock,
    jobs::run_due_jobs,
    mail::{Mailer, StoredMail},
    secret::Secret,
    sessions::NewSession,
};
use chrono::{DateTime, TimeDelta};
use model::{Code, Error, RegistrationId};
use testing::Database;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    pub(crate) backend: Backend,
    pub(crate) clock: Clock,
    pub(crate) database: Database,
}

impl World {
    pub(crate) async fn new() -> Self {
        let start = DateTime::from_timestamp(1_800_000_000, 0).expect("a date");
        let (database, clock) = (Database::create().await, Clock::manual(start));
        let backend = node(&database, &clock).await;
        Self { backend, clock, database }
    }

    /// Another node of the same instance, or this one after a restart.
    pub(crate) async fn another_node(&self) -> Backend {
        node(&self.database, &self.clock).await
    }

    /// A node that was started with another secret.
    pub(crate) async fn node_with_secret(&self, secret: [u8; 32]) -> Backend {
        node_with(&self.database, &self.clock, secret).await
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// The newest mail to somebody, once the jobs that are due have run.
    pub(crate) async fn newest_mail(&self, to: &str) -> Option<StoredMail> {
        self.mails(to).await.into_iter().next()
    }

    pub(crate) async fn mails(&self, to: &str) -> Vec<StoredMail> {
        run_due_jobs(&self.backend).await.expect("jobs run");
        let mut mails = self.backend.mailer.mailbox(usize::MAX).await.expect("a mailbox");
        mails.retain(|mail| mail.to == to);
        mails
    }

    /// The code in the newest mail to somebody.
    pub(crate) async fn code(&self, to: &str) -> String {
        let mail = self.newest_mail(to).await.expect("a mail");
        code_in(&mail).expect("a code on a line of its own")
    }

    pub(crate) async fn register(&self, username: &str) -> RegistrationId {
        self.backend.register(form(username), &from(1)).await.expect("signs up").id
    }

    /// Somebody with an account, just signed in.
    pub(crate) async fn person(&self, username: &str) -> NewSession {
        let id = self.register(username).await;
        let code = self.code(&email(username)).await;
        self.backend.verify(id, &code, &from(1)).await.expect("the code is right")
    }
}

async fn node(database: &Database, clock: &Clock) -> Backend {
    node_with(database, clock, [7; 32]).await
}

async fn node_with(database: &Database, clock: &Clock, secret: [u8; 32]) -> Backend {
    let (db, clock) = (database.pool().await, clock.clone());
    let setup =
        Setup { db, clock, secret: Secret::new(secret), mailer: Mailer::memory(), media: Media::default() };
    Backend::compose(setup).await.expect("the database answers")
}

pub(crate) fn email(username: &str) -> String {
    format!("{username}@example.org")
}

pub(crate) fn form(username: &str) -> SignUp {
    SignUp {
        email: email(username),
        username: username.to_owned(),
        name: format!("{username} Example"),
        password: PASSWORD.to_owned(),
    }
}

/// The `n`th address.
pub(crate) fn from(n: u8) -> Origin {
    Origin { address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, n)), agent: "Test/1.0".to_owned() }
}

pub(crate) fn code_in(mail: &StoredMail) -> Option<String> {
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    mail.text.lines().find(is_code).map(str::to_owned)
}

/// Six digits that are not the code.
pub(crate) fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

pub(crate) fn refusal<T>(result: model::Result<T>) -> Error {
    match result {
        Ok(_) => panic!("was not refused"),
        Err(error) => error,
    }
}

pub(crate) fn refused<T>(result: model::Result<T>) -> Code {
    refusal(result).code
}
