//! The routes for operators: is it alive, can it be sent work, what does it count? The only routes of the roles that
//! serve nobody else.

use axum::{Router, middleware::from_fn_with_state, routing::get};

use super::{health, metrics, ops_state::OpsState};

pub fn routes<S: Clone + Send + Sync + 'static>(state: OpsState) -> Router<S> {
    let figures = Router::new()
        .route("/metrics", get(metrics::show))
        .layer(from_fn_with_state(state.clone(), metrics::guard));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(figures)
        .with_state(state)
}
