//! What forms share: their button, their errors, and the notes beneath their fields.

use leptos::{html, prelude::*, server::SharedValue, server_fn::ServerFn};
use model::Error;

use super::{field::Note, fresh::fresh_text, refused_form};

/// The button that sends a form. While it waits it says so, and a second press does nothing.
#[component]
pub fn Submit(
    #[prop(into)] pending: Signal<bool>,
    label: &'static str,
    busy: &'static str,
    /// Whether the form may be sent. Enter in a field presses the button, too.
    #[prop(into)]
    check: Callback<(), bool>,
) -> impl IntoView {
    let guard = move |event: leptos::ev::MouseEvent| {
        if pending.get_untracked() || !check.run(()) {
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
            {move || fresh_text(if pending.get() { busy } else { label }.to_owned())}
        </button>
    }
}

/// What went wrong with the form as a whole.
#[component]
pub fn Alarm(#[prop(into)] error: Signal<Option<Error>>) -> impl IntoView {
    view! { <div role="alert">{move || error.get().map(|error| view! { <p class="alarm">{error.message}</p> })}</div> }
}

/// A field that can be checked before its form is sent.
#[derive(Clone, Copy)]
pub struct Checked {
    pub name: &'static str,
    pub field: NodeRef<html::Input>,
    pub note: RwSignal<Note>,
    /// What the text in it breaks.
    pub rule: fn(&str) -> Result<(), Error>,
}

impl Checked {
    pub fn new(name: &'static str, note: Note, rule: fn(&str) -> Result<(), Error>) -> Self {
        Self { name, field: NodeRef::new(), note: RwSignal::new(note), rule }
    }
}

/// Marks all fields that break their rule. True if there is none; otherwise the first field that is marked, for
/// whatever reason, gets the focus.
pub fn check(fields: &[Checked]) -> bool {
    let (mut first, mut is_right) = (None, true);
    for checked in fields {
        let Some(field) = checked.field.get_untracked() else { continue };
        if let Err(error) = (checked.rule)(&field.value()) {
            checked.note.set(Note::Bad(error.message));
            is_right = false;
        }
        if matches!(checked.note.get_untracked(), Note::Bad(_)) {
            first.get_or_insert(field);
        }
    }
    if let Some(field) = first.filter(|_| !is_right) {
        let _ = field.focus();
    }
    is_right
}

/// Says beneath the fields what the answer to the form says of them, and puts the focus on the one it names.
pub fn say_beneath<const N: usize>(fields: [Checked; N], answer: Signal<Option<Error>>) {
    for checked in fields {
        // Drawn by the server too: without scripts the answer comes with the page, and names one field only.
        let breaks = || Some((checked.rule)(&refused_form::value("", checked.name)?).err()?.message);
        if let Some(bad) = note_for(answer.get_untracked().as_ref(), checked.name)
            .or_else(|| refused_form::note(checked.name).or_else(breaks).map(Note::Bad))
        {
            checked.note.set(bad);
        }
        Effect::new(move || {
            if let Some(bad) = note_for(answer.get().as_ref(), checked.name) {
                checked.note.set(bad);
                if let Some(field) = checked.field.get() {
                    let _ = field.focus();
                }
            }
        });
    }
}

/// The field where a page begins: the one that the answer names, else the first.
pub fn begins_at(answer: Signal<Option<Error>>, first: &'static str) -> impl Fn(&str) -> bool {
    let named = answer.get_untracked().and_then(|error| error.field);
    move |name| named.as_deref().unwrap_or(first) == name
}

/// Why the plain form of `S` was refused, in words.
pub fn refusal_of<S: ServerFn>() -> Option<String> {
    refusal::<S>().map(|error| error.message)
}

/// Why the plain form of `S` was refused, if this page is the answer to it.
pub fn refusal<S: ServerFn>() -> Option<Error> {
    refusal_by(S::PATH)
}

/// The server knows it from the request, and the browser finds it in the page.
fn refusal_by(call: &'static str) -> Option<Error> {
    SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return crate::call::server::form_refusal(call);
        #[cfg(not(feature = "ssr"))]
        {
            let _ = call;
            None
        }
    })
    .into_inner()
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
