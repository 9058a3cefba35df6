//! The two cookies of a session, and the one that carries a refusal.

use cookie::{Cookie, SameSite, time::Duration};
use model::limits::ACCESS_SECONDS;

use super::NewSession;

/// The page that shows a refusal is asked for at once.
const REFUSAL_SECONDS: i64 = 60;
/// The refresh token's cookie outlives its session, for as long as browsers let it: one that comes back later is
/// then told that the session is over, and to delete what it keeps.
const REFRESH_COOKIE_SECONDS: i64 = 400 * 24 * 3600;

/// What makes a browser delete what it keeps for this site, cookies apart.
pub const CLEAR_SITE_DATA: (&str, &str) = ("clear-site-data", "\"storage\"");

/// How session cookies are named and guarded: chosen once, from the address people open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// `__Host-…; Secure`: over https, the only kind a deployment gets.
    Secure,
    /// `dev-…` without `Secure`: for plain http on this machine, and under names that a
    /// deployment never accepts.
    Development,
}

impl Cookies {
    pub fn access(self) -> &'static str {
        match self {
            Self::Secure => "__Host-rapport-access",
            Self::Development => "dev-rapport-access",
        }
    }

    pub fn refresh(self) -> &'static str {
        match self {
            Self::Secure => "__Host-rapport-refresh",
            Self::Development => "dev-rapport-refresh",
        }
    }

    /// Carries the refusal of a plain form to the page that shows it.
    pub fn refusal(self) -> &'static str {
        match self {
            Self::Secure => "__Host-rapport-refusal",
            Self::Development => "dev-rapport-refusal",
        }
    }

    pub fn set_refusal(self, value: &str) -> String {
        self.set(self.refusal(), value, REFUSAL_SECONDS)
    }

    pub fn end_refusal(self) -> String {
        self.set(self.refusal(), "", 0)
    }

    /// The `Set-Cookie` values that begin a session.
    pub fn start(self, session: &NewSession) -> Vec<String> {
        vec![self.set_access(&session.access), self.set_refresh(&session.refresh)]
    }

    pub fn set_access(self, token: &str) -> String {
        self.set(self.access(), token, ACCESS_SECONDS)
    }

    pub fn set_refresh(self, token: &str) -> String {
        self.set(self.refresh(), token, REFRESH_COOKIE_SECONDS)
    }

    /// The `Set-Cookie` values that end it.
    pub fn end(self) -> Vec<String> {
        vec![self.set(self.access(), "", 0), self.set(self.refresh(), "", 0)]
    }

    fn set(self, name: &str, value: &str, seconds: i64) -> String {
        let cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax);
        cookie.max_age(Duration::seconds(seconds)).secure(self == Self::Secure).to_string()
    }
}
