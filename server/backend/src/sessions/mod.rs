//! Sessions: who is speaking, proved by tokens.

mod cookies;

use model::{SessionId, UserId};

pub use cookies::Cookies;

/// Proof that a request comes from a signed-in person. Only this module makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    user: UserId,
    session: SessionId,
}

impl SignedIn {
    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn session(&self) -> SessionId {
        self.session
    }
}

/// Sessions that ended while their access tokens still run.
#[derive(Default)]
pub struct EndedSessions {}

/// A session just begun: its tokens leave the server once, in cookies.
pub struct NewSession {
    pub who: SignedIn,
    /// A JWT for [`model::limits::ACCESS_SECONDS`].
    pub access: String,
    /// `<session>.<secret>`; only its hash is stored.
    pub refresh: String,
}

/// A session carried on. `refresh` is absent when another request has just rotated it.
pub struct Refreshed {
    pub who: SignedIn,
    pub access: String,
    pub refresh: Option<String>,
}

impl crate::Backend {
    /// Who an access token belongs to. Asks no database.
    pub fn authenticate(&self, access: &str) -> model::Result<SignedIn> {
        let _ = access;
        todo!()
    }

    /// Exchanges a refresh token. A replayed one ends the session.
    pub async fn refresh(&self, refresh: &str) -> model::Result<Refreshed> {
        let _ = refresh;
        todo!()
    }
}
