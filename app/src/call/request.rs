//! Calling a server function.

use http::Method;
use leptos::server_fn::{Protocol, ServerFn};
use serde::{Serialize, de::DeserializeOwned};

use super::Failed;

/// A server function: its arguments are the fields of this type, its answer is [`ServerFn::Output`].
pub trait Call: ServerFn<Error = Failed, Output: DeserializeOwned> + Serialize {}

impl<C: ServerFn<Error = Failed, Output: DeserializeOwned> + Serialize> Call for C {}

/// Asks the server; on the server itself, does what is asked. The client that `leptos` makes for each
/// server function would be the same code once more in the download.
///
/// # Errors
/// The server refuses, or does not answer.
pub async fn call<C: Call>(arguments: C) -> Result<C::Output, Failed> {
    #[cfg(not(feature = "hydrate"))]
    return arguments.run_body().await;
    #[cfg(feature = "hydrate")]
    {
        let form = serde_qs::to_string(&arguments).map_err(|_| unavailable())?;
        send::<C>(form).await
    }
}

/// The same with arguments that are encoded as a form already.
///
/// # Errors
/// The server refuses, or does not answer.
pub async fn send<C: Call>(form: String) -> Result<C::Output, Failed> {
    let answer = ask(C::PATH, method::<C>(), form).await?;
    serde_json::from_slice(&answer).map_err(|_| unavailable())
}

fn unavailable() -> Failed {
    Failed(model::Error::unavailable())
}

fn method<C: ServerFn>() -> Method {
    <C::Protocol as Protocol<
        C,
        C::Output,
        C::Client,
        C::Server,
        C::Error,
        C::InputStreamError,
        C::OutputStreamError,
    >>::METHOD
}

/// Sends a request; all calls share this code.
#[cfg(feature = "hydrate")]
async fn ask(path: &str, method: Method, form: String) -> Result<Vec<u8>, Failed> {
    use leptos::server_fn::{
        client::{Client, browser::BrowserClient},
        error::FromServerFnError,
        request::{ClientReq, browser::BrowserRequest},
        response::{ClientRes, browser::BrowserResponse},
    };

    let (content_type, accepts) = ("application/x-www-form-urlencoded", "application/json");
    let request: BrowserRequest = match method {
        Method::GET => ClientReq::<Failed>::try_new_get(path, content_type, accepts, &form)?,
        _ => ClientReq::<Failed>::try_new_post(path, content_type, accepts, form)?,
    };
    let answer: BrowserResponse = <BrowserClient as Client<Failed>>::send(request).await?;
    let is_refused = ClientRes::<Failed>::status(&answer) >= 400;
    let bytes = ClientRes::<Failed>::try_into_bytes(answer).await?;
    if is_refused { Err(Failed::de(bytes)) } else { Ok(bytes.to_vec()) }
}

/// The server answers its own calls by [`call`], and sends none.
#[cfg(not(feature = "hydrate"))]
async fn ask(_: &str, _: Method, _: String) -> Result<Vec<u8>, Failed> {
    Err(unavailable())
}
