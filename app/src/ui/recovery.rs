//! A page that could not be made comes by itself once it can.

/// Loads this address again as soon as the instance says that it is ready, if the view still stands then.
/// Not before: a browser puts a page of its own in place of one that it cannot fetch.
pub(super) fn reload_when_ready() {
    #[cfg(feature = "hydrate")]
    leptos::prelude::Effect::new(|_| browser::ask_until_ready());
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };

    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;

    use crate::ui::tab_storage;

    /// Where the instance says whether it is ready.
    const READY: &str = "/readyz";
    /// Under which this tab remembers its last reload: `milliseconds pause`.
    const LAST: &str = "rapport-recovery";
    /// Between two questions, in seconds: at first, and at most where reloading does not help.
    const FIRST: u32 = 3;
    const LONGEST: u32 = 300;

    pub(super) fn ask_until_ready() {
        let pause = pause();
        let gone = Arc::new(AtomicBool::new(false));
        let left = gone.clone();
        let ask = move || {
            let gone = gone.clone();
            spawn_local(async move {
                if is_ready().await && !gone.load(Ordering::Relaxed) {
                    remember(pause);
                    // Refused only in sandboxed frames.
                    let _ = window().location().reload();
                }
            })
        };
        if let Ok(asking) = set_interval_with_handle(ask, Duration::from_secs(pause.into())) {
            on_cleanup(move || {
                left.store(true, Ordering::Relaxed);
                asking.clear();
            });
        }
    }

    /// Twice as long as before the last reload, if that was just now: it did not help.
    fn pause() -> u32 {
        let last = || {
            let last = tab_storage::get(LAST)?;
            let (at, pause) = last.split_once(' ')?;
            // As a whole number: the reader of fractions would be 12 KB more to download.
            Some((at.parse::<i64>().ok()?, pause.parse::<u32>().ok()?))
        };
        match last() {
            Some((at, pause)) if now() - at < 20_000 => (pause * 2).min(LONGEST),
            _ => FIRST,
        }
    }

    fn remember(pause: u32) {
        // Without it the next pause is short again.
        tab_storage::set(LAST, &format!("{} {pause}", now()));
    }

    /// Milliseconds since 1970.
    fn now() -> i64 {
        crate::ui::browser::now().0
    }

    async fn is_ready() -> bool {
        let answer = JsFuture::from(window().fetch_with_str(READY)).await;
        let answer = answer.ok().and_then(|answer| answer.dyn_into::<web_sys::Response>().ok());
        answer.is_some_and(|answer| answer.ok())
    }
}
