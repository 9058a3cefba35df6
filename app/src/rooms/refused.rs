//! Why a plain form about a room was refused.

use leptos::{prelude::*, server::SharedValue};

/// The answer to a plain form comes with the address of the page, which the server reads for the browser.
#[component]
pub fn Refused() -> impl IntoView {
    let message = SharedValue::new(message).into_inner();
    message.map(|message| view! { <p class="deserted bad" role="alert">{message}</p> })
}

#[cfg(feature = "ssr")]
fn message() -> Option<String> {
    use super::calls::{AddPeople, LeaveRoom, RenameRoom};
    use crate::accounts::form::refused;

    let error = refused::<LeaveRoom>().or_else(refused::<RenameRoom>).or_else(refused::<AddPeople>);
    error.map(|error| error.message)
}

#[cfg(not(feature = "ssr"))]
fn message() -> Option<String> {
    None
}
