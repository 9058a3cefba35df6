//! Questions above a view. They are popovers, so that they open without scripts; with them they are modal.

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use super::fresh::fresh_text;

#[component]
pub fn Dialog(
    id: &'static str,
    #[prop(into)] title: Signal<String>,
    /// Takes the focus afterwards, where what had it before is gone.
    back: Callback<()>,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let closed = move |_| {
        if is_focus_lost() {
            back.run(());
        }
    };
    view! {
        <dialog class="dialog" id=id popover="auto" aria-labelledby=title_id on:close=closed>
            <h2 class="title" id=title_id.clone()>{move || fresh_text(title.get())}</h2>
            {children()}
        </dialog>
    }
}

/// Closes it without an answer.
#[component]
pub fn Cancel(
    dialog: &'static str,
    label: &'static str,
    /// Whether the dialog begins with it: where the other answer cannot be taken back.
    #[prop(optional)]
    first: bool,
) -> impl IntoView {
    view! {
        <button
            class="btn plain"
            type="button"
            popovertarget=dialog
            popovertargetaction="hide"
            autofocus=first
            on:click=move |_| close(dialog)
        >
            {label}
        </button>
    }
}

/// Opens a dialog from a button that has it as its popover. A menu that the button is in closes: it would stay
/// under the popover.
pub fn open(dialog: &str, event: &MouseEvent) {
    if show(dialog) {
        event.prevent_default();
    }
}

/// Opens a dialog, if it is there and not open.
pub fn show(dialog: &str) -> bool {
    find(dialog).is_some_and(|dialog| dialog.show_modal().is_ok())
}

pub fn close(dialog: &str) {
    if let Some(dialog) = find(dialog) {
        dialog.close();
    }
}

fn find(dialog: &str) -> Option<HtmlDialogElement> {
    document().get_element_by_id(dialog)?.dyn_into().ok()
}

/// Whether what had the focus is gone, or not drawn any more: a browser may notice that only later.
pub fn is_focus_lost() -> bool {
    let page = document();
    let body = page.body().map(web_sys::Element::from);
    page.active_element()
        .is_none_or(|focused| focused.get_bounding_client_rect().width() == 0.0 || Some(focused) == body)
}
