//! Headers that every answer carries. Pages bring their own, wider content policy with a nonce.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::Site;

const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(NO_DEVICES)),
];
/// Nothing of these is used, by our pages or by what somebody might get into them.
const NO_DEVICES: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), \
    display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";
/// Two years of https only, once a browser has been here by https.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000");

pub(super) async fn layer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let personal = !request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let redirects = response.status().is_redirection();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if site.is_https() {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HTTPS_ONLY);
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
