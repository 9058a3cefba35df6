//! Requests that change something must come from this site's own pages.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header::ORIGIN},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Code, Error};

use super::{Site, peer, site::Web};

/// Of what a client wrote, in characters of the log.
const SHOWN: usize = 100;

/// Refuses state-changing requests whose `Origin` is missing or foreign: SameSite cookies alone
/// let sibling domains through.
pub(super) async fn check(State(web): State<Web>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || web.site.allows(request.headers().get(ORIGIN)) {
        return next.run(request).await;
    }
    let (address, path) = (peer::client(&request, &web.site.proxies), request.uri().path());
    foreign(&web.site, address, path, request.headers())
}

/// The answer to a foreign origin, and a line for whoever runs this: a page elsewhere acts for its visitors, or
/// RAPPORT_ORIGIN is wrong.
pub(crate) fn foreign(site: &Site, address: IpAddr, path: &str, headers: &HeaderMap) -> Response {
    // Anybody can have written it: no more than a line's worth, with what is not visible escaped.
    let origin =
        headers.get(ORIGIN).map(|origin| origin.as_bytes().escape_ascii().take(SHOWN).collect::<Vec<_>>());
    let origin = origin.map_or("none".to_owned(), |origin| String::from_utf8_lossy(&origin).into_owned());
    let path: String = path.chars().take(SHOWN).collect();
    tracing::warn!(%address, origin, path, "a request of a foreign origin was refused");
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
