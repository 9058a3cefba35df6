//! What only a browser knows. Called from effects and event handlers, never while rendering.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use model::Timestamp;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlCollection, HtmlElement};

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
    let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
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

/// Whether the first way to point here is a thumb: such a device has a keyboard on the screen.
pub fn is_touch() -> bool {
    matches("(hover: none) and (pointer: coarse)")
}

/// Leaves the program for a page of the server.
pub fn leave_for(path: &str) {
    // Refused only in sandboxed frames.
    let _ = window().location().set_href(path);
}

/// Width and height of what can be seen of the page, in pixels.
pub fn view_size() -> (f64, f64) {
    let root = document().document_element();
    root.map_or((0.0, 0.0), |root| (f64::from(root.client_width()), f64::from(root.client_height())))
}

/// Whether a text on the page is selected.
pub fn is_selecting() -> bool {
    let selection = call(&document(), "getSelection", &Array::new());
    let collapsed = selection.and_then(|selection| Reflect::get(&selection, &"isCollapsed".into()).ok());
    collapsed.is_some_and(|collapsed| collapsed.is_falsy())
}

/// Puts a text where it can be pasted from. Pages that are not sent over HTTPS may not.
pub fn copy(text: &str, failed: impl Fn() + 'static) {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).unwrap_or_default();
    let promise = call(&clipboard, "writeText", &Array::of1(&text.into()));
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        let copied = match promise.and_then(|promise| promise.dyn_into::<js_sys::Promise>().ok()) {
            Some(promise) => wasm_bindgen_futures::JsFuture::from(promise).await.is_ok(),
            None => false,
        };
        if !copied {
            failed();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (promise, failed);
}

/// A method by its name. None where it does not exist or fails.
fn call(object: &JsValue, method: &str, arguments: &Array) -> Option<JsValue> {
    let method = Reflect::get(object, &method.into()).ok()?.dyn_into::<Function>().ok()?;
    method.apply(object, arguments).ok()
}

/// Which of the elements has the focus.
pub fn focused_in(elements: &HtmlCollection) -> Option<u32> {
    let focused = document().active_element()?;
    (0..elements.length())
        .find(|place| elements.item(*place).is_some_and(|element| focused.is_same_node(Some(&element))))
}

pub fn focus_at(elements: &HtmlCollection, place: u32) {
    if let Some(element) = elements.item(place).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
