//! The whole backend on a database of its own, with a clock that stands still.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Body, MessageId, RoomId, Sent, Seq, SessionId, UserId};

use super::{Database, until};
use backend::{
    Backend, Media, Setup, SignedIn,
    clock::Clock,
    database::schema::{members, sessions, users},
    mail::Mailer,
    secret::Secret,
    sessions::NewSession,
};

/// When tests begin: 2026-01-05 09:00 UTC, a Monday.
const START: i64 = 1_767_603_600;

/// A backend of one test's own.
pub struct TestBackend {
    backend: Backend,
    media: Media,
    pub database: Database,
}

impl Deref for TestBackend {
    type Target = Backend;

    fn deref(&self) -> &Backend {
        &self.backend
    }
}

impl TestBackend {
    /// # Panics
    /// The test server does not answer.
    pub async fn start() -> Self {
        Self::with(Media::default()).await
    }

    /// One whose ports are implemented by these.
    ///
    /// # Panics
    /// The test server does not answer.
    pub async fn with(media: Media) -> Self {
        Self::on(Database::create().await, media).await
    }

    /// A second node, or the same one after a crash, on the same database.
    ///
    /// # Panics
    /// The test server does not answer.
    pub async fn again(&self) -> Backend {
        compose(&self.database, self.clock.clone(), self.media.clone()).await
    }

    async fn on(database: Database, media: Media) -> Self {
        let start = DateTime::<Utc>::from_timestamp(START, 0).expect("the moment exists");
        let backend = compose(&database, Clock::manual(start), media.clone()).await;
        Self { backend, database, media }
    }

    /// A person with an account and a session.
    ///
    /// # Panics
    /// The username is taken.
    pub async fn person(&self, username: &str) -> SignedIn {
        person(&self.backend, username).await
    }

    /// Another session of a person, with its tokens.
    ///
    /// # Panics
    /// There is no such person.
    pub async fn session(&self, user: UserId) -> NewSession {
        session(&self.backend, user).await
    }

    /// From now on nothing can be learnt about sessions, as while the database is away.
    ///
    /// # Panics
    /// The test server does not answer.
    pub async fn hide_sessions(&self) {
        let mut db = self.db.get().await.expect("the test server answers");
        let hidden = diesel::sql_query("ALTER TABLE sessions RENAME TO away").execute(&mut db).await;
        hidden.expect("the table is there");
    }

    /// Two people and their private chat, which both have opened.
    ///
    /// # Panics
    /// They exist already.
    pub async fn pair(&self) -> (SignedIn, SignedIn, RoomId) {
        let (ana, bo) = (self.person("ana").await, self.person("bo_").await);
        let room = self.open_private(&ana, bo.user()).await.expect("both exist");
        self.open_private(&bo, ana.user()).await.expect("both exist");
        (ana, bo, room.id)
    }

    /// Sends texts one after the other, slowly enough for the limits. When this answers, a new chat is shown to its other
    /// person.
    ///
    /// # Panics
    /// One is refused.
    pub async fn say(&self, who: &SignedIn, room: RoomId, texts: &[&str]) -> Vec<MessageId> {
        let mut ids = Vec::new();
        for text in texts {
            let id = MessageId::new();
            self.clock.advance(chrono::TimeDelta::milliseconds(100));
            let body = Body::new(*text).expect("a text that may be sent");
            let sent = self.send(who, room, id, body).await.expect("accepted");
            if matches!(sent, Sent::Accepted(accepted) if accepted.seq == Seq::FIRST) {
                until("the chat is shown", async || self.is_shown(room).await.then_some(())).await;
            }
            ids.push(id);
        }
        ids
    }

    /// Whether a chat with a message is published to all its members.
    async fn is_shown(&self, room: RoomId) -> bool {
        let mut db = self.db.get().await.expect("the test server answers");
        let unopened = members::table.filter(members::room_id.eq(room)).filter(members::opened.eq(false));
        let unopened: i64 = unopened.count().get_result(&mut db).await.expect("a count");
        unopened == 0
    }
}

/// A person with an account (whose password nobody knows) and a session.
///
/// # Panics
/// The username is taken, or the database does not answer.
pub async fn person(backend: &Backend, username: &str) -> SignedIn {
    let who = SignedIn::for_tests(UserId::new(), SessionId::new());
    let now = backend.clock.now();
    let mut db = backend.db.get().await.expect("the test server answers");
    diesel::insert_into(users::table)
        .values((
            users::id.eq(who.user()),
            users::username.eq(username),
            users::name.eq(username.to_uppercase()),
            users::email.eq(format!("{username}@example.com")),
            users::password_hash.eq("none"),
            users::created_at.eq(now),
        ))
        .execute(&mut db)
        .await
        .expect("a username is used once");
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(who.session()),
            sessions::user_id.eq(who.user()),
            sessions::current_hash.eq(vec![0_u8; 32]),
            sessions::rotated_at.eq(now),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(now + chrono::TimeDelta::days(30)),
            sessions::agent.eq("a test"),
        ))
        .execute(&mut db)
        .await
        .expect("a session of its own");
    who
}

/// Another session of a person, with its tokens.
///
/// # Panics
/// There is no such person, or the database does not answer.
pub async fn session(backend: &Backend, user: UserId) -> NewSession {
    backend.session_of(user).await
}

async fn compose(database: &Database, clock: Clock, media: Media) -> Backend {
    let setup = Setup {
        db: database.pool().await,
        clock,
        secret: Secret::new([7; 32]),
        mailer: Mailer::memory(),
        media,
    };
    Backend::compose(setup).await.expect("the test server answers")
}
