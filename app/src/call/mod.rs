//! The parts that all server functions share: their caller, their error, and on the server their context.

#[cfg(feature = "ssr")]
mod cookie;
mod request;
mod serialized;
#[cfg(feature = "ssr")]
pub(crate) mod server;

use leptos::{prelude::*, server_fn::codec::JsonEncoding};
use model::{Code, Error};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub use cookie::cookie;
pub use request::{Call, call, send};
pub(crate) use serialized::serialized_resource;

/// The error of every server function: on the wire the same JSON object as everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failed(pub Error);

impl FromServerFnError for Failed {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) => malformed(&why),
            // Not from our server: from a proxy, while it starts again.
            ServerFnErrorErr::Deserialization(_) => Error::unavailable(),
            ServerFnErrorErr::Request(_) => Error::new(Code::Unavailable, "The server cannot be reached."),
            _ => Error::unavailable(),
        };
        error.into()
    }
}

/// The reader of arguments repeats what it could not read, however long that is.
fn malformed(why: &str) -> Error {
    Error::new(Code::Malformed, why.chars().take(300).collect::<String>())
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
pub(crate) fn start_eagerly<F: Future + Send + 'static>(
    call: F,
) -> impl Future<Output = F::Output> + Send + 'static
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
pub(crate) fn start_eagerly<F: Future>(call: F) -> F {
    call
}

/// Why the server refused a plain form. The server puts it into the request for the page that the browser
/// asks for next; it comes from a signed cookie, never from the address.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct FormRefusal {
    /// The path of the server function.
    pub call: String,
    /// The error, as `server_fn` writes it into an address.
    pub error: String,
}

/// The session layer puts it into a request for a page whose session could not be read: whoever asks may be signed in.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct SessionUnknown(pub model::Error);
