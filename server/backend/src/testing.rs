//! What only tests may do, for the crate `testing`.

use std::sync::Arc;

use model::UserId;

use crate::{Backend, Services, SignedIn, accounts::Origin, jobs::JobQueue, sessions::NewSession};

impl Backend {
    /// The first rooms of a user, as many as one page can hold.
    ///
    /// # Errors
    /// Those of [`Backend::rooms_page`].
    pub async fn rooms(&self, who: &SignedIn) -> model::Result<Vec<model::Room>> {
        self.rooms_page(who, None, model::limits::ROOMS_PAGE_MAX).await
    }

    /// A session of a user, with its tokens.
    ///
    /// # Panics
    /// There is no such user, or the database does not answer.
    pub async fn session_of(&self, user: UserId) -> NewSession {
        let from = Origin { address: std::net::Ipv4Addr::LOCALHOST.into(), agent: "a test".into() };
        let mut db = self.db.get().await.expect("the test server answers");
        self.start_session(&mut db, user, &from).await.expect("the user exists")
    }

    /// The same backend with other queues, before anything else has a copy of it.
    ///
    /// # Panics
    /// Something else has a copy.
    #[must_use]
    pub fn with_jobs(self, jobs: JobQueue) -> Self {
        let services = Arc::into_inner(self.0).expect("nothing else has a copy yet");
        Self::new(Services { jobs, ..services })
    }
}
