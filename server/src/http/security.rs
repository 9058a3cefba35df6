//! Headers that every answer carries. Pages bring their own, wider content policy with a nonce.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

pub(super) async fn layer(request: Request, next: Next) -> Response {
    let personal = !request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let redirects = response.status().is_redirection();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    // Not on redirects: the browser would hold it against the page it is still showing.
    if !redirects {
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    }
    let is_page = headers.get(header::CONTENT_TYPE).is_none_or(|kind| !is_asset(kind));
    let caching = if personal && is_page { "no-store" } else { "no-cache" };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
    response
}

fn is_asset(kind: &HeaderValue) -> bool {
    let kind = kind.as_bytes();
    ["font/", "image/", "text/css", "text/javascript", "application/manifest"]
        .iter()
        .any(|asset| kind.starts_with(asset.as_bytes()))
}
