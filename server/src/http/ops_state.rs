//! The state of the routes for operators.

use axum::extract::FromRef;
use backend::{bus::Bus, database::Pool};

use super::{
    Metrics,
    site::{Readiness, Web},
};
use crate::config::Figures;

#[derive(Clone)]
pub struct OpsState {
    pub db: Pool,
    pub bus: Bus,
    pub readiness: Readiness,
    pub metrics: Metrics,
    /// Who may see `/metrics`.
    pub figures: Figures,
}

impl FromRef<Web> for OpsState {
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
