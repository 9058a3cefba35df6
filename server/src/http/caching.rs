//! How long browsers may keep the files of the site. Those that are named by their content never change and are
//! kept for ever; the others are asked for again each time, and answered with 304 while they are the same.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("public, no-cache");
/// Hexadecimal digits in a name that was made from the content: see `scripts/fingerprint.mjs`.
const DIGITS: usize = 16;

/// Around the files, and the page for what is nowhere.
pub(super) async fn layer(mut request: Request, next: Next) -> Response {
    let named = is_named_by_content(request.uri().path());
    let known = take_conditions(request.headers_mut());
    let head = request.method() == Method::HEAD;
    if head {
        // Its answer is that of GET without the body, with the same tag.
        *request.method_mut() = Method::GET;
    }
    let response = next.run(request).await;
    let is_file =
        response.status() == StatusCode::OK && response.headers().contains_key(header::LAST_MODIFIED);
    if !is_file {
        return if head { without_body(response) } else { response };
    }
    let (mut parts, body) = response.into_parts();
    let Ok(content) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = tag(&content);
    let headers = &mut parts.headers;
    headers.insert(header::CACHE_CONTROL, if named { FOR_EVER } else { ASK_AGAIN });
    headers.insert(header::ETAG, tag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if known.iter().any(|known| knows(known, &tag)) {
        parts.status = StatusCode::NOT_MODIFIED;
        for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
            parts.headers.remove(name);
        }
        return Response::from_parts(parts, Body::empty());
    }
    let response = Response::from_parts(parts, Body::from(content));
    if head { without_body(response) } else { response }
}

/// The tags that the client has. The time of a file says nothing of what is in it: after a step back to an older
/// version, or on another node, a browser would go on with the file it has beside pages that want the other.
fn take_conditions(headers: &mut HeaderMap) -> Vec<HeaderValue> {
    let known = headers.get_all(header::IF_NONE_MATCH).into_iter().cloned().collect();
    for name in
        [header::IF_NONE_MATCH, header::IF_MATCH, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE]
    {
        headers.remove(name);
    }
    known
}

/// Each encoding has a tag of its own, since each is another sequence of bytes.
fn tag(content: &Bytes) -> HeaderValue {
    let sum = Sha256::digest(content);
    HeaderValue::try_from(format!("\"{}\"", hex::encode(&sum[..DIGITS]))).expect("digits are visible ASCII")
}

/// A proxy that compresses makes a tag weak; asking whether a file has changed, that is as good.
fn knows(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn without_body(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    Response::from_parts(parts, Body::empty())
}

/// `rapport.0123456789abcdef.js`: the name has a part that is a sum of the content.
fn is_named_by_content(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_sum = |part: &str| {
        part.len() == DIGITS && part.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
    };
    let parts: Vec<_> = name.split('.').collect();
    parts.len() >= 3 && is_sum(parts[parts.len() - 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_made_from_the_content_are_known() {
        for named in ["/pkg/rapport.0123456789abcdef.js", "/fonts/inter.0123456789abcdef.woff2"] {
            assert!(is_named_by_content(named), "{named}");
        }
        for plain in [
            "/pkg/rapport.js",
            "/0123456789abcdef.js",
            "/pkg/rapport.0123456789ABCDEF.js",
            "/pkg/rapport.0123456789abcde.js",
            "/pkg/__wasm_split.______________________.js",
            "/favicon.svg",
        ] {
            assert!(!is_named_by_content(plain), "{plain}");
        }
    }

    #[test]
    fn a_tag_is_known_weak_or_in_a_list() {
        let tag = tag(&Bytes::from_static(b"a"));
        let text = tag.to_str().unwrap();
        for known in [text.to_owned(), format!("W/{text}"), format!("\"x\", {text}"), "*".to_owned()] {
            assert!(knows(&HeaderValue::try_from(known).unwrap(), &tag));
        }
        assert!(!knows(&HeaderValue::from_static("\"x\""), &tag));
    }
}
