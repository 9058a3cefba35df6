//! What only a browser knows. Called from effects and event handlers, never while rendering.

use leptos::prelude::*;
use model::Timestamp;
use wasm_bindgen::JsCast;

/// This device's clock.
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// Minutes east of UTC, now.
pub fn zone() -> i32 {
    zone_at(now())
}

/// Minutes east of UTC at a moment.
pub fn zone_at(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.0 as f64));
    -date.get_timezone_offset() as i32
}

/// Sets one cookie, given with its attributes.
pub fn set_cookie(cookie: &str) {
    let Some(document) = document().dyn_ref::<web_sys::HtmlDocument>().cloned() else { return };
    let secure = if window().location().protocol().as_deref() == Ok("https:") { "; Secure" } else { "" };
    // Refused only in sandboxed frames, where the page is drawn by the defaults.
    let _ = document.set_cookie(&format!("{cookie}{secure}"));
}

/// Whether the person can be looking at this page.
pub fn is_attended() -> bool {
    !document().hidden() && document().has_focus().unwrap_or(true)
}

pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// Whether a media query holds.
pub fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Leaves the program for a page of the server.
pub fn leave_for(path: &str) {
    // Refused only in sandboxed frames.
    let _ = window().location().set_href(path);
}
