//! The reader's wall clock: their zone and their today.

use leptos::{prelude::*, server::SharedValue};
use model::Timestamp;

use super::{
    browser,
    preferences::Preferences,
    time::{Local, day_name},
};

/// Where the distance from UTC comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    /// What the page was drawn with, in minutes east of UTC.
    Drawn(i32),
    /// The browser, which knows summer from winter for every moment.
    Browser,
}

#[derive(Clone, Copy)]
pub struct Clock {
    zone: RwSignal<Zone>,
    now: RwSignal<Timestamp>,
}

/// The clock of the page.
pub fn use_clock() -> Clock {
    expect_context()
}

/// Provides what the page is drawn by: the same to the server and to the first render in the
/// browser; the browser's own clock takes over afterwards.
pub fn provide_clock() -> Preferences {
    let preferences = SharedValue::new(preferences).into_inner();
    let clock = Clock {
        zone: RwSignal::new(Zone::Drawn(preferences.zone)),
        now: RwSignal::new(Timestamp(preferences.now)),
    };
    provide_context(clock);
    Effect::new(move || {
        browser::set_cookie(&format!("zone={}; Path=/; SameSite=Lax; Max-Age=31536000", browser::zone()));
        clock.zone.set(Zone::Browser);
        clock.now.set(browser::now());
        let tick = move || clock.now.set(browser::now());
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(30)) {
            on_cleanup(move || handle.clear());
        }
    });
    preferences
}

#[cfg(feature = "ssr")]
fn preferences() -> Preferences {
    Preferences::of_request()
}

/// Only reached when a page came without its values; the first effect corrects them.
#[cfg(not(feature = "ssr"))]
fn preferences() -> Preferences {
    Preferences { now: browser::now().0, ..Preferences::default() }
}

impl Clock {
    /// The moment on the reader's wall. Reactive.
    pub fn local(self, at: Timestamp) -> Local {
        let offset = match self.zone.get() {
            Zone::Drawn(offset) => offset,
            Zone::Browser => browser::zone_at(at),
        };
        Local::new(at, offset)
    }

    /// Reactive, and moves on its own.
    pub fn now(self) -> Timestamp {
        self.now.get()
    }

    /// The present as the page was drawn with: for what then counts by itself.
    pub fn drawn(self) -> Timestamp {
        self.now.get_untracked()
    }

    /// `14:32`, `Tue`, `3 Nov`. Reactive.
    pub fn brief(self, at: Timestamp) -> String {
        self.local(at).brief(self.today())
    }

    /// `Today`, `Yesterday`, `3 November`. Reactive.
    pub fn day_name(self, day: i64) -> String {
        day_name(day, self.today())
    }

    fn today(self) -> i64 {
        self.local(self.now()).day
    }
}
