//! Figures for Prometheus.

use axum::extract::State;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::site::Web;

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

pub(super) async fn show(State(web): State<Web>) -> String {
    metrics::gauge!("rapport_sockets").set(web.backend.hub.sockets() as f64);
    web.metrics.0.render()
}
