//! The WebAssembly entry, called by `app/src/document/start.js`: takes over the page the server rendered, or
//! draws it anew.

use leptos::{
    leptos_dom::helpers::location,
    mount::{hydrate_from_async, mount_to_renderer},
    web_sys::HtmlElement,
};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// Fetches the code of this page where it does not come with the program.
///
/// # Errors
/// It cannot be had.
#[wasm_bindgen]
pub async fn prepare() -> Result<(), JsError> {
    console_error_panic_hook::set_once();
    let (path, query) = (location().pathname().unwrap_or_default(), location().search().unwrap_or_default());
    app::fetch(&path, &query).await.map_err(|error| JsError::new(&error.to_string()))
}

/// Takes over what the server drew in `root`. It must be as the server sent it.
#[wasm_bindgen]
pub async fn hydrate(root: HtmlElement) {
    hydrate_from_async(root, app::App).await.forget();
}

/// Draws the page anew in `root`, which is empty.
#[wasm_bindgen]
pub fn mount(root: HtmlElement) {
    mount_to_renderer(&root, app::App).forget();
}
