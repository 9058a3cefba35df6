//! What a server function is called with. Its own reader takes whatever comes: a form under any
//! content type, which other sites' pages can send without asking, and bytes that are no text, which
//! it would store as U+FFFD. Here they are refused, before anything runs. (Two values for one name
//! it refuses by itself.)

use std::{collections::HashSet, sync::LazyLock, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header::CONTENT_TYPE},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Code, Error};

use super::{body::BODY_BYTES, origin::refuse, site::Web};

/// Where server functions live.
const CALLS: &str = "/api/";
const FORM: &str = "application/x-www-form-urlencoded";

/// Lets well-formed calls through; everything that is no call as well.
pub(super) async fn check(State(web): State<Web>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(CALLS) {
        return next.run(request).await;
    }
    if let Err(error) = readable(request.uri().query().unwrap_or_default().as_bytes()) {
        return refuse(&error);
    }
    // A call that has no such method says so.
    if request.method() != Method::POST || !is_posted(request.uri().path()) {
        return next.run(request).await;
    }
    if !is_form(request.headers()) {
        let message = format!("Send the arguments as {FORM}.");
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, axum::Json(Error::new(Code::Malformed, message)))
            .into_response();
    }
    let (head, body) = request.into_parts();
    let body = match whole(body, web.patience.body).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    if let Err(error) = readable(&body) {
        return refuse(&error);
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}

/// Whether a call of this path is one that is posted.
fn is_posted(path: &str) -> bool {
    static POSTED: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let paths = leptos::server_fn::axum::server_fn_paths();
        paths.filter(|(_, method)| method == Method::POST).map(|(path, _)| path).collect()
    });
    POSTED.contains(path)
}

/// Reads a body to its end. One that comes byte by byte ends the request.
async fn whole(body: Body, patience: Duration) -> Result<Bytes, StatusCode> {
    match tokio::time::timeout(patience, to_bytes(body, BODY_BYTES)).await {
        Ok(Ok(body)) => Ok(body),
        // Too large, as the limit around all routes has it, or cut off: then nobody reads this.
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// One content type, and no other character set.
fn is_form(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).into_iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return false };
    let Ok(kind) = kind.to_str() else { return false };
    let (essence, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let charset = parameters.trim().to_ascii_lowercase();
    essence.trim().eq_ignore_ascii_case(FORM) && matches!(charset.as_str(), "" | "charset=utf-8")
}

/// Every name and value is text, and whole.
fn readable(form: &[u8]) -> Result<(), Error> {
    for pair in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        if decoded(name).is_none() || decoded(value).is_none() {
            return Err(Error::new(Code::Malformed, "The arguments are not UTF-8, percent-encoded."));
        }
    }
    Ok(())
}

/// A name or a value as text; `None` if it is none, or a percent sign begins nothing.
pub(super) fn decoded(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                bytes.push(hex(digits[0])? << 4 | hex(digits[1])?);
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn arguments_are_text() {
        for good in ["", "a=1&b=2", "a", "a=", "=", "&&a=b&", "q=caf%C3%A9+au+lait", "a=%2B%26%3D", "a=é"] {
            assert!(readable(good.as_bytes()).is_ok(), "{good}");
        }
        let bad: [&[u8]; 6] = [b"a=%FF", b"a=\xff", b"a=%C3", b"a=%", b"a=%4", b"a=%zz"];
        for bad in bad {
            assert_eq!(readable(bad).unwrap_err().code, Code::Malformed, "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn forms_have_one_content_type() {
        let form = |kinds: &[&str]| {
            let value = |kind: &&str| (CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
            is_form(&HeaderMap::from_iter(kinds.iter().map(value)))
        };
        for good in [FORM, "Application/X-WWW-form-urlencoded; charset=UTF-8"] {
            assert!(form(&[good]), "{good}");
        }
        for bad in ["", "text/plain", "multipart/form-data; boundary=x", "application/json"] {
            assert!(!form(&[bad]), "{bad}");
        }
        assert!(!form(&[]));
        assert!(!form(&["application/x-www-form-urlencoded; charset=utf-16"]));
        assert!(!form(&["text/plain; application/x-www-form-urlencoded"]));
        let twice = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(FORM))]);
        let mut twice = twice;
        twice.append(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        assert!(!is_form(&twice));
    }
}
