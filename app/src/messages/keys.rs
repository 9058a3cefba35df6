//! Keys that move the history wherever in the conversation the focus is.

use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::scroll::Scroll;

/// What Escape closes first.
const OPEN: &str = ".details,dialog[open],:popover-open";

/// Escape jumps to the newest message; PageUp and PageDown in the composer scroll the history, where the browser
/// would move the caret of a text that has no pages.
pub fn hear_keys(scroll: Scroll, jump: Callback<()>, done: Callback<()>) {
    Effect::new(move || {
        let handle = window_event_listener(ev::keydown, move |event| {
            if event.default_prevented() || event.is_composing() || has_modifier(&event) {
                return;
            }
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let is_in = |selector| {
                target
                    .as_ref()
                    .is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
            };
            match &*event.key() {
                "Escape" => {
                    let is_open = document().query_selector(OPEN).is_ok_and(|open| open.is_some());
                    if !scroll.at_end.get_untracked() && !is_open && !is_in("input") {
                        jump.run(());
                        done.run(());
                    }
                }
                "PageUp" if is_in(".composer") => turn(scroll, &event, -1.0),
                "PageDown" if is_in(".composer") => turn(scroll, &event, 1.0),
                // The browser is about to scroll by itself.
                _ if is_in(".log") => scroll.rest_soon(),
                _ => {}
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn turn(scroll: Scroll, event: &KeyboardEvent, direction: f64) {
    event.prevent_default();
    scroll.by_page(direction);
}

fn has_modifier(event: &KeyboardEvent) -> bool {
    event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key()
}
