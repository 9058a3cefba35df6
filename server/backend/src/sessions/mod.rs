//! Sessions: who is speaking, proved by tokens.
//!
//! A session is one sign-in on one device. Its access token is a JWT for ten minutes that no
//! database is asked about; its refresh token is exchanged for the next pair, and a replayed one
//! ends the session. [`EndedSessions`] takes back the access tokens that still run. A session belongs
//! to the server's secret under which it was started, and ends with it.

mod access_token;
mod authenticate;
mod cookies;
mod end;
mod end_many;
mod ended;
mod refresh;
mod refresh_token;
mod secret_change;
mod start;
mod watch;

use model::{SessionId, UserId};

pub use cookies::{CLEAR_SITE_DATA, Cookies};
pub use end_many::{Whose, end_sessions};
pub use ended::EndedSessions;
pub use secret_change::carry_sessions_to;

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

    /// A user signed in without a token, for tests of other things.
    #[cfg(feature = "testing")]
    pub fn for_tests(user: UserId, session: SessionId) -> Self {
        Self { user, session }
    }
}

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
