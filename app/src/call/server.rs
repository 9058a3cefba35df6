//! The context of a server function.

use backend::{
    Backend, SignedIn,
    accounts::Origin,
    sessions::{CLEAR_SITE_DATA, Cookies, NewSession},
};
use http::StatusCode;
use leptos::{prelude::*, server_fn::error::ServerFnUrlError};
use leptos_axum::ResponseOptions;
use model::{Code, Error, Result};

use super::{Failed, FormRefusal, SessionUnknown};

/// The services, provided to every server function and page.
pub(crate) fn backend() -> Backend {
    expect_context()
}

/// The signed-in user of the request, whom the session layer of the server put into it.
pub(crate) fn signed_in() -> Result<SignedIn> {
    let parts = expect_context::<http::request::Parts>();
    match parts.extensions.get::<SessionUnknown>() {
        Some(SessionUnknown(error)) => Err(error.clone()),
        None => parts.extensions.get::<SignedIn>().copied().ok_or_else(Error::signed_out),
    }
}

/// Why the plain form that goes to `call` was refused, if this page is the answer to it.
pub(crate) fn form_refusal(call: &str) -> Option<Error> {
    let parts = use_context::<http::request::Parts>()?;
    let refusal = parts.extensions.get::<FormRefusal>().filter(|refusal| refusal.call == call)?;
    let Failed(error) = ServerFnUrlError::<Failed>::decode_err(&refusal.error);
    Some(error)
}

fn wants_html(parts: &http::request::Parts) -> bool {
    let accept = parts.headers.get(http::header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Where the request comes from.
pub(crate) fn origin() -> Origin {
    let parts = expect_context::<http::request::Parts>();
    parts.extensions.get::<Origin>().cloned().expect("the session layer provides it")
}

/// Sets the cookies of a new session, and makes the browser delete what it stores of its former user.
pub(crate) fn start_session(session: &NewSession) {
    set_cookies(&expect_context::<Cookies>().start(session));
    forget_former();
}

/// Makes the browser forget its tokens, and what it keeps.
pub(crate) fn end_session() {
    set_cookies(&expect_context::<Cookies>().end());
    forget_former();
}

/// `Clear-Site-Data` leaves cookies alone.
fn forget_former() {
    set_cookies(&[crate::ui::tab_storage::FORGET_POSITION.to_owned()]);
    let (name, value) = CLEAR_SITE_DATA;
    let (name, value) = (http::HeaderName::from_static(name), http::HeaderValue::from_static(value));
    expect_context::<ResponseOptions>().insert_header(name, value);
}

/// Ends the session that this browser had when it signed in again: nobody could end it any more.
pub(crate) async fn end_former_session() -> Result<()> {
    match signed_in() {
        Ok(former) => backend().sign_out(&former).await,
        Err(_) => Ok(()),
    }
}

fn set_cookies(cookies: &[String]) {
    let response = expect_context::<ResponseOptions>();
    for cookie in cookies {
        let value = http::HeaderValue::from_str(cookie).expect("tokens are visible ASCII");
        response.append_header(http::header::SET_COOKIE, value);
    }
}

/// Sends the reader of a page for signed-out people on, if they are signed in.
pub(crate) fn send_signed_in_to(path: &str) {
    let Some(parts) = use_context::<http::request::Parts>() else { return };
    if parts.extensions.get::<SignedIn>().is_some() {
        leptos_axum::redirect(path);
    }
}

/// Whether a browser sends this by a form, without the program.
pub(crate) fn is_plain_form() -> bool {
    use_context::<http::request::Parts>().is_some_and(|parts| wants_html(&parts))
}

/// Sends a plain form on to a page. Without it the browser goes back to the form's own page, with
/// a question mark left over in the address.
pub(crate) fn send_form_to(path: &str) {
    if is_plain_form() {
        leptos_axum::redirect(path);
    }
}

/// Server functions answer 500 to any error unless told otherwise. A plain form is sent back
/// to its page instead, with the error in a cookie: a status would keep the browser there.
pub(crate) fn set_status(error: &Error) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let parts = use_context::<http::request::Parts>();
    if parts.is_some_and(|parts| parts.method == http::Method::POST && wants_html(&parts)) {
        return;
    }
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.set_status(status);
    if error.code == Code::RateLimited
        && let Some(wait) = error.retry_after
    {
        response.insert_header(http::header::RETRY_AFTER, http::HeaderValue::from(wait.div_ceil(1000)));
    }
}
