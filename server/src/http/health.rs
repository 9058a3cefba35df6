//! For those who look after the program: is it alive, and may it be sent work?

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use backend::database;
use serde::Serialize;

use super::ops_state::OpsState;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// The process answers.
pub(super) async fn alive() -> Json<Health> {
    Json(Health { status: "ok", reason: None })
}

/// The process does its work: the database answers within a second, the other nodes are heard, and no
/// shutdown has begun.
pub(super) async fn ready(State(ops): State<OpsState>) -> (StatusCode, Json<Health>) {
    let reason = if !ops.readiness.is_ready() {
        Some("shutting down")
    } else if !database::answers(&ops.db, Duration::from_secs(1)).await {
        Some("the database does not answer")
    } else if !ops.bus.is_connected() {
        Some("the other nodes cannot be heard")
    } else {
        None
    };
    match reason {
        None => (StatusCode::OK, Json(Health { status: "ready", reason })),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "not ready", reason })),
    }
}
