//! What a request is for.

use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses what asks for another server (`CONNECT host:port`): it names no path, and the framework
/// takes for granted that there is one.
pub(super) async fn check(request: Request, next: Next) -> Response {
    match request.uri().path_and_query() {
        Some(_) => next.run(request).await,
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}
