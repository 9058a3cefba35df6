//! A page that could not be made comes by itself once it can.

/// Loads this address again as soon as the instance says that it is ready, if the view still stands then.
/// Not before: a browser puts a page of its own in place of one that it cannot fetch.
pub(super) fn reload_when_ready() {
    #[cfg(feature = "hydrate")]
    leptos::prelude::Effect::new(|_| browser::ask_until_ready());
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;

    /// Where the instance says whether it is ready.
    const READY: &str = "/readyz";
    const ASK_EVERY: Duration = Duration::from_secs(3);

    pub(super) fn ask_until_ready() {
        let ask = || {
            spawn_local(async {
                if is_ready().await {
                    // Refused only in sandboxed frames.
                    let _ = window().location().reload();
                }
            })
        };
        if let Ok(asking) = set_interval_with_handle(ask, ASK_EVERY) {
            on_cleanup(move || asking.clear());
        }
    }

    async fn is_ready() -> bool {
        let answer = JsFuture::from(window().fetch_with_str(READY)).await;
        let answer = answer.ok().and_then(|answer| answer.dyn_into::<web_sys::Response>().ok());
        answer.is_some_and(|answer| answer.ok())
    }
}
