//! For those who look after the program: is it alive, and may it be sent work?

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;

use super::site::Web;

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

/// The process does its work: the database answers within a second and no shutdown has begun.
pub(super) async fn ready(State(web): State<Web>) -> (StatusCode, Json<Health>) {
    let reason = if !web.readiness.is_ready() {
        Some("shutting down")
    } else if !web.backend.database_answers(Duration::from_secs(1)).await {
        Some("the database does not answer")
    } else {
        None
    };
    match reason {
        None => (StatusCode::OK, Json(Health { status: "ready", reason })),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "not ready", reason })),
    }
}
