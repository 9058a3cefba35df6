//! Why a plain form about a room was refused.

#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;
use leptos::{prelude::*, server::SharedValue};

/// The server knows the refusal from the request, and the browser finds it in the page.
#[component]
pub fn Refused() -> impl IntoView {
    let message = SharedValue::new(message).into_inner();
    message.map(|message| view! { <p class="deserted bad" role="alert">{message}</p> })
}

#[cfg(feature = "ssr")]
fn message() -> Option<String> {
    use super::calls::{AddPeople, LeaveRoom, RenameRoom};
    use crate::call::server::form_refusal;

    let calls = [LeaveRoom::PATH, RenameRoom::PATH, AddPeople::PATH];
    calls.into_iter().find_map(form_refusal).map(|error| error.message)
}

#[cfg(not(feature = "ssr"))]
fn message() -> Option<String> {
    None
}
