//! How this instance is reached from outside, and the state every handler shares.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{extract::FromRef, http::HeaderValue};
use backend::{Backend, sessions::Cookies};
use leptos::config::LeptosOptions;

use super::{Metrics, patience::Patience};
use crate::{
    config::{Figures, Proxies},
    connections::ConnectionLimits,
};

/// The address people open, and what follows from it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The origins a browser may send state-changing requests and open sockets from.
    pub origins: Arc<[String]>,
    pub cookies: Cookies,
    /// Shows the file mailbox under `/dev/mail`.
    pub development: bool,
    /// Who may see `/metrics`.
    pub figures: Figures,
    /// Whose word is taken about where a request comes from.
    pub proxies: Proxies,
}

impl Site {
    /// Whether people open it over https.
    pub(crate) fn is_https(&self) -> bool {
        self.origins.iter().all(|origin| origin.starts_with("https://"))
    }

    /// Whether a request's `Origin` header is one of this site's. A missing one is not.
    pub(crate) fn allows(&self, origin: Option<&HeaderValue>) -> bool {
        let Some(origin) = origin.and_then(|value| value.to_str().ok()) else { return false };
        self.origins.iter().any(|allowed| allowed == origin)
    }
}

/// The state of the HTTP side.
#[derive(Clone, FromRef)]
pub struct Web {
    pub backend: Backend,
    pub leptos: LeptosOptions,
    pub site: Site,
    pub metrics: Metrics,
    pub readiness: Readiness,
    pub patience: Patience,
    pub connections: ConnectionLimits,
}

/// Whether new work may be sent here; false from the first moment of a shutdown.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<AtomicBool>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Readiness {
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub fn leave(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
