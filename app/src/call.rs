//! What every server function shares: its error, and on the server its context.

use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
    server_fn::codec::JsonEncoding,
};
use model::{Code, Error};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The error of every server function: on the wire the same JSON object as everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failed(pub Error);

impl FromServerFnError for Failed {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) => {
                Error::new(Code::Malformed, why)
            }
            ServerFnErrorErr::Deserialization(why) => Error::new(Code::Malformed, why),
            ServerFnErrorErr::Request(_) => Error::new(Code::Unavailable, "The server cannot be reached."),
            _ => Error::unavailable(),
        };
        error.into()
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        #[cfg(feature = "ssr")]
        server::set_status(&error);
        Self(error)
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Begins a call before it is handed over. On the server a call takes what it needs of the request
/// at its beginning, and by the time a resource would begin it, the part of the page that asked may
/// have been rendered anew and the request be out of its reach.
#[cfg(feature = "ssr")]
pub(crate) fn begin<F: Future + Send + 'static>(call: F) -> impl Future<Output = F::Output> + Send + 'static
where
    F::Output: Send,
{
    use std::task::{Context, Poll, Waker};
    let mut call = Box::pin(call);
    let begun = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    async move {
        match begun {
            Poll::Ready(answer) => answer,
            Poll::Pending => call.await,
        }
    }
}

/// In the browser a call needs nothing from around it.
#[cfg(not(feature = "ssr"))]
pub(crate) fn begin<F: Future>(call: F) -> F {
    call
}

/// What a page needs before it is sent; the browser finds it in the page and does not ask again.
pub(crate) fn carried<T>(call: impl Future<Output = T> + Send + 'static) -> OnceResource<T, InPage>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    OnceResource::new_with_options(call, true)
}

/// JSON, read from bytes like the answers of server functions: reading from text would be the same
/// code once more in the download.
pub(crate) struct InPage;

impl<T: Serialize> Encoder<T> for InPage {
    type Encoded = String;
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for InPage {
    type Encoded = str;
    type Error = serde_json::Error;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

#[cfg(feature = "ssr")]
pub(crate) mod server {
    use backend::{
        Backend, SignedIn,
        accounts::Origin,
        sessions::{Cookies, NewSession},
    };
    use http::StatusCode;
    use leptos::prelude::*;
    use leptos_axum::ResponseOptions;
    use model::{Code, Error, Result};

    /// The services, provided to every server function and page.
    pub(crate) fn backend() -> Backend {
        expect_context()
    }

    /// Who is asking; the session layer of the server put it into the request.
    pub(crate) fn signed_in() -> Result<SignedIn> {
        let parts = expect_context::<http::request::Parts>();
        parts.extensions.get::<SignedIn>().copied().ok_or_else(Error::signed_out)
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

    /// Hands a new session's tokens to the browser.
    pub(crate) fn start_session(session: &NewSession) {
        set_cookies(&expect_context::<Cookies>().start(session));
    }

    /// Makes the browser forget its tokens.
    pub(crate) fn end_session() {
        set_cookies(&expect_context::<Cookies>().end());
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

    /// Sends a plain form on to a page. Without it the browser goes back to the form's own page, with
    /// a question mark left over in the address.
    pub(crate) fn send_form_to(path: &str) {
        let parts = use_context::<http::request::Parts>();
        if parts.is_some_and(|parts| wants_html(&parts)) {
            leptos_axum::redirect(path);
        }
    }

    /// Server functions answer 500 to any error unless told otherwise. A plain form is sent back
    /// to its page instead, with the error in the query: a status would keep the browser there.
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
}
