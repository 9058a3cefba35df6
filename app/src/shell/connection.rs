//! The quiet bar that says what the connection lacks.

use std::time::Duration;

use icondata_lu::LuCloudOff;
use leptos::{ev, prelude::*};

use crate::{
    live::{Link, Live},
    ui::{Icon, browser},
};

/// Shorter interruptions than this are nobody's business.
const PATIENCE: Duration = Duration::from_secs(1);

#[component]
pub fn Connection() -> impl IntoView {
    let live = expect_context::<Live>();
    let offline = RwSignal::new(false);
    let shown = RwSignal::new(false);
    Effect::new(move || {
        offline.set(!browser::is_online());
        let on = window_event_listener(ev::online, move |_| offline.set(false));
        let off = window_event_listener(ev::offline, move |_| offline.set(true));
        on_cleanup(move || {
            on.remove();
            off.remove();
        });
    });
    Effect::new(move || {
        if !offline.get() && !matches!(live.link.get(), Link::Broken | Link::Polling) {
            shown.set(false);
            return;
        }
        let show = move || shown.set(true);
        if let Ok(handle) = set_timeout_with_handle(show, PATIENCE) {
            on_cleanup(move || handle.clear());
        }
    });
    let said = move || match (offline.get(), live.link.get()) {
        (true, _) => "Offline. What you send leaves when you are back.",
        (_, Link::Polling) => "Live updates are blocked here. Messages come every few seconds.",
        _ => "Connecting… What you send leaves when the server answers.",
    };
    view! {
        <div role="status">
            {move || {
                shown
                    .get()
                    .then(|| {
                        view! {
                            <p class="offline">
                                <Icon icon=LuCloudOff class="s" />
                                {said}
                            </p>
                        }
                    })
            }}
        </div>
    }
}
