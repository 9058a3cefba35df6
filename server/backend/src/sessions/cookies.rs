//! The two cookies of a session.

use model::limits::{ACCESS_SECONDS, SESSION_SECONDS};

use super::NewSession;

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

    /// The `Set-Cookie` values that begin a session.
    pub fn start(self, session: &NewSession) -> Vec<String> {
        vec![self.set_access(&session.access), self.set_refresh(&session.refresh)]
    }

    pub fn set_access(self, token: &str) -> String {
        self.set(self.access(), token, ACCESS_SECONDS)
    }

    pub fn set_refresh(self, token: &str) -> String {
        self.set(self.refresh(), token, SESSION_SECONDS)
    }

    /// The `Set-Cookie` values that end it.
    pub fn end(self) -> Vec<String> {
        vec![self.set(self.access(), "", 0), self.set(self.refresh(), "", 0)]
    }

    fn set(self, name: &str, value: &str, seconds: i64) -> String {
        let secure = match self {
            Self::Secure => "; Secure",
            Self::Development => "",
        };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
    }
}
