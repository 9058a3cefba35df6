//! What forms share, above all those of signed-out people.

use leptos::{prelude::*, server::SharedValue, server_fn::ServerFn};
use leptos_meta::Title;
use model::Error;

use crate::{
    call::Failed,
    ui::{Mark, field::Note},
};

/// A card in the middle of the page.
#[component]
pub fn Gate(title: &'static str, #[prop(into)] lead: Signal<String>, children: Children) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::call::server::send_signed_in_to("/chats");
    view! {
        <Title text=format!("{title} · Rapport") />
        <main class="gate">
            <div class="card">
                <div class="hello">
                    <Mark />
                    <h1 class="heading">{title}</h1>
                    <p class="meta">{lead}</p>
                </div>
                {children()}
            </div>
        </main>
    }
}

/// The button that sends a form. While it waits it says so, and a second press does nothing.
#[component]
pub fn Submit(#[prop(into)] pending: Signal<bool>, label: &'static str, busy: &'static str) -> impl IntoView {
    let guard = move |event: leptos::ev::MouseEvent| {
        if pending.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <button
            class="btn primary full"
            type="submit"
            aria-disabled=move || pending.get().to_string()
            on:click=guard
        >
            {move || if pending.get() { busy } else { label }}
        </button>
    }
}

/// What went wrong with the form as a whole.
#[component]
pub fn Alarm(#[prop(into)] error: Signal<Option<Error>>) -> impl IntoView {
    view! { <div role="alert">{move || error.get().map(|error| view! { <p class="alarm">{error.message}</p> })}</div> }
}

/// The error of an action's last answer.
pub fn failure<T>(answer: Option<Result<T, Failed>>) -> Option<Error> {
    answer?.err().map(|Failed(error)| error)
}

/// Why the plain form of `S` was refused, if this page is the answer to it: the address says so, which the
/// server reads for the browser. An action in the browser would be downloaded for that alone.
pub fn refusal_of<S>() -> Option<String>
where
    S: ServerFn<Error = Failed> + Send + Sync + Clone + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return refused::<S>().map(|error| error.message);
        #[cfg(not(feature = "ssr"))]
        None
    })
    .into_inner()
}

/// The same with all that is known of it.
pub fn refusal<S>() -> Option<Error>
where
    S: ServerFn<Error = Failed> + Send + Sync + Clone + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return refused::<S>();
        #[cfg(not(feature = "ssr"))]
        None
    })
    .into_inner()
}

/// As the address has it, on the server alone.
#[cfg(feature = "ssr")]
pub fn refused<S>() -> Option<Error>
where
    S: ServerFn<Error = Failed> + Send + Sync + Clone + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    failure(ServerAction::<S>::new().value().get_untracked())
}

/// What an answer says about one field.
pub fn note_for(error: Option<&Error>, field: &str) -> Option<Note> {
    let error = error?;
    (error.field.as_deref() == Some(field)).then(|| Note::Bad(error.message.clone()))
}

/// The part of an answer that no field of the form takes.
pub fn left_over(error: Option<Error>, fields: &[&str]) -> Option<Error> {
    error.filter(|error| !error.field.as_deref().is_some_and(|field| fields.contains(&field)))
}
