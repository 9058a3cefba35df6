//! What machines ask: is it alive, may it be sent work, what does it count? The only routes of the
//! roles that serve nobody else.

use axum::{Router, extract::FromRef, middleware::from_fn_with_state, routing::get};
use backend::{bus::Bus, database::Pool};

use super::{
    Metrics, health, metrics,
    site::{Readiness, Web},
};
use crate::config::Figures;

/// The state of these routes.
#[derive(Clone)]
pub struct Machines {
    pub db: Pool,
    pub bus: Bus,
    pub readiness: Readiness,
    pub metrics: Metrics,
    /// Who may see `/metrics`.
    pub figures: Figures,
}

impl FromRef<Web> for Machines {
    fn from_ref(web: &Web) -> Self {
        Self {
            db: web.backend.db.clone(),
            bus: web.backend.bus.clone(),
            readiness: web.readiness.clone(),
            metrics: web.metrics.clone(),
            figures: web.site.figures,
        }
    }
}

pub fn routes<S: Clone + Send + Sync + 'static>(machines: Machines) -> Router<S> {
    let figures = Router::new()
        .route("/metrics", get(metrics::show))
        .layer(from_fn_with_state(machines.clone(), metrics::guard));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(figures)
        .with_state(machines)
}
