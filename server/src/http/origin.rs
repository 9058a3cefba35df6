//! Requests that change something must come from this site's own pages.

use axum::{
    extract::{Request, State},
    http::{Method, header::ORIGIN},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Code, Error};

use super::{Site, site::Web};

/// Refuses state-changing requests whose `Origin` is missing or foreign: SameSite cookies alone
/// let sibling domains through.
pub(super) async fn check(State(web): State<Web>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || web.site.allows(request.headers().get(ORIGIN)) {
        return next.run(request).await;
    }
    foreign(&web.site)
}

/// The answer to a foreign origin.
pub(crate) fn foreign(site: &Site) -> Response {
    let message =
        format!("Requests must carry an Origin header of this site: {}.", site.origins.join(" or "));
    refuse(&Error::new(Code::Forbidden, message))
}

/// An error as the JSON everything else answers with.
pub(crate) fn refuse(error: &Error) -> Response {
    let status = axum::http::StatusCode::from_u16(error.code.status());
    let status = status.unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(error)).into_response()
}
