//! A labelled input with one line beneath it, in which hints and errors are said.

use icondata_lu::LuCheck;
use leptos::{ev::Event, prelude::*};

use super::{Icon, fresh::fresh_text, refused_form};

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
    /// The page begins here.
    #[prop(optional)]
    focused: bool,
) -> impl IntoView {
    let note_id = format!("{name}-note");
    if focused {
        focus_on_arrival(node_ref);
    }
    let say = move |event: Event| {
        if let Some(on_text) = on_text {
            on_text.run(event_target_value(&event));
        }
    };
    // A password is not sent back.
    let refused = refused_form::value("", name).filter(|_| kind != "password");
    let value = refused.or(value);
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
                autofocus=focused
                value=value
                dir="auto"
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

/// Puts the focus on a field when its page comes, unless somebody writes in another one already. (The attribute
/// `autofocus` does it only for the first page that a browser loads.)
pub fn focus_on_arrival(field: NodeRef<leptos::html::Input>) {
    Effect::new(move || {
        let Some(field) = field.get() else { return };
        // A page that comes while another is left is not in the document before the next frame.
        request_animation_frame(move || {
            let writes = document().active_element().is_some_and(|active| active.tag_name() == "INPUT");
            if !writes {
                let _ = field.focus();
            }
        });
    });
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
            {move || fresh_text(text())}
        </p>
    }
}
