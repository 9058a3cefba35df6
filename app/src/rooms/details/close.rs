//! The link that closes the details, and the focus on it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The way back to the conversation, by its id.
pub const CLOSE: &str = "close-details";

/// Puts the focus on the way out, where what had it is gone.
pub fn focus_close() {
    focus(CLOSE);
}

pub fn focus(id: &str) {
    if let Some(element) = find(id) {
        let _ = element.focus();
    }
}

pub fn find(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
