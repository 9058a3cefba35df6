//! A labelled input with one line beneath it, in which hints and errors are said.

use icondata_lu::LuCheck;
use leptos::{ev::Event, prelude::*};

use super::Icon;

/// What the line beneath a field says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Note {
    #[default]
    Nothing,
    Hint(String),
    Good(String),
    Bad(String),
}

/// The browser keeps the text: what was typed before the scripts came stays.
#[component]
pub fn Field(
    label: &'static str,
    /// Also its id.
    name: &'static str,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(default = true)] required: bool,
    /// What stands in it at first.
    #[prop(optional)]
    value: Option<String>,
    /// Without one no line is kept for it.
    #[prop(into, optional)]
    note: Option<Signal<Note>>,
    /// Called with the text on every change.
    #[prop(into, optional)]
    on_text: Option<Callback<String>>,
    #[prop(optional)] node_ref: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let note_id = format!("{name}-note");
    let say = move |event: Event| {
        if let Some(on_text) = on_text {
            on_text.run(event_target_value(&event));
        }
    };
    // Usernames and addresses are not prose.
    let prose = matches!(name, "name" | "title");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                inputmode=inputmode
                required=required
                value=value
                autocapitalize=if prose { "words" } else { "none" }
                spellcheck="false"
                aria-describedby=note.map(|_| note_id.clone())
                aria-invalid=move || note.map(|note| matches!(note.get(), Note::Bad(_)).to_string())
                on:input=say
                node_ref=node_ref
            />
            {note.map(|note| view! { <NoteLine id=note_id note /> })}
        </div>
    }
}

/// The line itself: errors and good news are announced, hints are not.
#[component]
pub fn NoteLine(id: String, #[prop(into)] note: Signal<Note>) -> impl IntoView {
    let class = move || match note.get() {
        Note::Good(_) => "note ok",
        Note::Bad(_) => "note bad",
        _ => "note",
    };
    let text = move || match note.get() {
        Note::Nothing => String::new(),
        Note::Hint(text) | Note::Good(text) | Note::Bad(text) => text,
    };
    view! {
        <p id=id class=class role="status">
            {move || matches!(note.get(), Note::Good(_)).then(|| view! { <Icon icon=LuCheck class="s" /> })}
            {text}
        </p>
    }
}
