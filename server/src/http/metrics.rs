//! Figures for Prometheus.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{ops_state::OpsState, peer};
use crate::config::Figures;

/// Upper bounds of the time histograms, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

/// What the whole program counts.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Starts counting, for the whole process: once.
    ///
    /// # Errors
    /// Something else counts already.
    pub fn install() -> anyhow::Result<Self> {
        let builder =
            PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?;
        Ok(Self(builder.install_recorder()?))
    }

    /// Counts for one test, unseen by the others.
    pub fn detached() -> Self {
        Self(PrometheusBuilder::new().build_recorder().handle())
    }
}

/// Figures tell how many people are here and how they fare: for others than this machine, asked by its own name,
/// there are none, unless the configuration says so.
pub(super) async fn guard(State(ops): State<OpsState>, request: Request, next: Next) -> Response {
    let local = peer::is_local(&request) && peer::asks_for_local_host(&request);
    if ops.figures == Figures::Open || local {
        return next.run(request).await;
    }
    StatusCode::NOT_FOUND.into_response()
}

pub(super) async fn show(State(ops): State<OpsState>) -> String {
    ops.metrics.0.render()
}
