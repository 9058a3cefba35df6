//! Carries the refusal of a plain form to the page that shows it. The framework puts it into the address,
//! where anybody could write the words of our alerts; here it travels in a cookie that the server signs, and
//! a page is never made from an address that carries one.

use app::{
    accounts::{calls::Register, filled::filled},
    call::{FormRefusal, cookie},
    ui::refused_form::{NOTE, RefusedForm},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::server_fn::ServerFn;

use super::{arguments::decoded, site::Web};

/// The arguments that the framework adds to the address: the call, and its error in base64.
const CALL: &str = "__path";
const ERROR: &str = "__err";
/// Browsers keep cookies of up to 4,096 bytes, with name and attributes.
const COOKIE_BYTES: usize = 3_800;
const ERROR_BYTES: usize = 3_000;
/// A refusal is for the page that comes next, not for a browser that the cookie is brought to later.
const GOOD_SECONDS: i64 = 300;
/// The field that goes into no cookie, and is typed again.
const PASSWORD: &str = "password";

pub(super) async fn layer(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let reads = request.method().is_safe();
    if let Some(clean) = request.uri().query().and_then(without_refusal).filter(|_| reads) {
        return moved(&address(&path, &clean));
    }
    let refusal = if reads { kept(&web, request.headers(), &path) } else { None };
    let shown = refusal.is_some();
    if let Some((refusal, form)) = refusal {
        request.extensions_mut().insert(refusal);
        request.extensions_mut().insert(form);
    }
    let mut response = next.run(request).await;
    if shown {
        set_cookie(response.headers_mut(), &web.site.cookies.end_refusal());
    }
    let form = response.extensions_mut().remove();
    keep(&web, response.headers_mut(), form);
    response
}

/// Takes the refusal out of the address of a redirect and into a cookie, with what `form` held.
fn keep(web: &Web, headers: &mut HeaderMap, form: Option<RefusedForm>) {
    let Some(location) = headers.get(header::LOCATION).and_then(|target| target.to_str().ok()) else {
        return;
    };
    let Some((path, query)) = location.split_once('?') else { return };
    let Some(clean) = without_refusal(query) else { return };
    let refusal = refusal_in(query);
    let (path, target) = (path.to_owned(), address(path, &clean));
    if let Ok(target) = HeaderValue::from_str(&target) {
        headers.insert(header::LOCATION, target);
    }
    if let Some(FormRefusal { call, error }) = refusal {
        let at = web.backend.clock.now().timestamp().to_string();
        let cookie = |fields: &str| {
            let signature = web.backend.secret.sign_cookie(&[&path, &at, &call, &error, fields]);
            format!("{signature}.{at}.{call}.{error}.{fields}")
        };
        let whole = cookie(&form.as_ref().map(encoded).unwrap_or_default());
        let value = if whole.len() <= COOKIE_BYTES { whole } else { cookie("") };
        set_cookie(headers, &web.site.cookies.set_refusal(&value));
    }
}

/// The fields as a form sends them, which has no character that a cookie forbids. Of the password only what is wrong
/// with it.
fn encoded(form: &RefusedForm) -> String {
    let fields = form.fields.iter().filter(|(name, _)| name != PASSWORD && !name.ends_with(NOTE));
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(fields);
    if let Some(wrong) = wrong_password(form) {
        encoded.append_pair(&format!("{PASSWORD}{NOTE}"), &wrong);
    }
    encoded.finish()
}

/// The rule that the password in the form breaks, as far as that can be said without the accounts.
fn wrong_password(form: &RefusedForm) -> Option<String> {
    let password = form.field(PASSWORD)?;
    let checked = match form.path == Register::PATH {
        true => model::accounts::password(password, form.field("username").unwrap_or_default()),
        false => filled(PASSWORD, password),
    };
    Some(checked.err()?.message)
}

/// The refusal that the page at `path` is to show, and what the form held.
fn kept(web: &Web, headers: &HeaderMap, path: &str) -> Option<(FormRefusal, RefusedForm)> {
    let value = cookie(headers, web.site.cookies.refusal())?;
    let mut parts = value.splitn(5, '.');
    let (signature, at) = (parts.next()?, parts.next()?);
    let (call, error, fields) = (parts.next()?, parts.next()?, parts.next()?);
    let age = web.backend.clock.now().timestamp() - at.parse::<i64>().ok()?;
    if !web.backend.secret.is_signed(&[path, at, call, error, fields], signature) || age > GOOD_SECONDS {
        return None;
    }
    let fields = url::form_urlencoded::parse(fields.as_bytes()).into_owned().collect();
    let form = RefusedForm { path: call.to_owned(), page: None, fields };
    Some((FormRefusal { call: call.to_owned(), error: error.to_owned() }, form))
}

pub(super) fn refusal_in(query: &str) -> Option<FormRefusal> {
    let value = |wanted: &str| {
        let (_, value) =
            query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == wanted)?;
        decoded(value.as_bytes())
    };
    let (call, error) = (value(CALL)?, value(ERROR)?);
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
    let of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_');
    let sound = call.chars().all(of_path) && error.chars().all(of_base64) && error.len() <= ERROR_BYTES;
    sound.then_some(FormRefusal { call, error })
}

/// The query without a refusal; none if there is none in it.
pub(super) fn without_refusal(query: &str) -> Option<String> {
    let is_refusal = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        // An address may spell the names with percent signs, too.
        decoded(name.as_bytes()).is_some_and(|name| name == CALL || name == ERROR)
    };
    let pairs: Vec<_> = query.split('&').collect();
    let clean: Vec<_> = pairs.iter().filter(|pair| !is_refusal(pair)).copied().collect();
    (clean.len() < pairs.len()).then(|| clean.join("&"))
}

pub(super) fn address(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

fn moved(target: &str) -> Response {
    // Two slashes would name another host.
    let target = format!("/{}", target.trim_start_matches(['/', '\\']));
    (StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
}

fn set_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_found_however_it_is_spelled() {
        assert_eq!(without_refusal("at=1&details"), None);
        assert_eq!(without_refusal("__path=%2Fapi%2Fx&at=1&__err=e30%3D").as_deref(), Some("at=1"));
        assert_eq!(without_refusal("%5F_err=e30").as_deref(), Some(""));
        assert_eq!(without_refusal("__err").as_deref(), Some(""));
    }

    #[test]
    fn a_refusal_is_read_from_the_address_of_the_framework() {
        let refusal = refusal_in("at=1&__path=%2Fapi%2Faccounts%2Fsign_in&__err=e30%3D").unwrap();
        assert_eq!((&*refusal.call, &*refusal.error), ("/api/accounts/sign_in", "e30="));
        assert!(refusal_in("__path=%2Fapi%3B&__err=e30").is_none());
        assert!(refusal_in("__path=%2Fapi&__err=%0D%0A").is_none());
    }
}
