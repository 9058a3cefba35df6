//! Checks of a request's target, host and origin.

use axum::{
    extract::Request,
    http::{
        StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses what asks for another server (`CONNECT host:port`): it names no path, and the framework
/// takes for granted that there is one. And what names its host or its origin twice, or by somebody at a host: no
/// browser does, and one part of a chain may believe the one, and the next the other.
pub(super) async fn check(request: Request, next: Next) -> Response {
    match request.uri().path_and_query() {
        Some(_) if is_unambiguous(&request) => next.run(request).await,
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Whether the request names one host and at most one origin.
fn is_unambiguous(request: &Request) -> bool {
    let headers = request.headers();
    let is_double = |name| headers.get_all(name).iter().nth(1).is_some();
    let host = headers.get(HOST).map(|host| host.as_bytes());
    let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    !is_double(HOST)
        && !is_double(ORIGIN)
        && host.is_none_or(|host| !host.contains(&b'@'))
        && host.zip(authority).is_none_or(|(host, authority)| host == authority)
}
