//! The WebAssembly entry: takes over the page the server rendered.

use leptos::{leptos_dom::helpers::location, logging::warn, mount::hydrate_lazy};

#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let (path, query) = (location().pathname().unwrap_or_default(), location().search().unwrap_or_default());
    match app::fetch(&path, &query).await {
        Ok(()) => hydrate_lazy(app::App),
        Err(error) => warn!("the page stays as it came: {error}"),
    }
}
