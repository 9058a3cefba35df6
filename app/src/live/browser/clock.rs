//! Time and randomness as the browser gives them.

use leptos::prelude::window;
use model::Timestamp;

/// Milliseconds of a clock that only goes forward; it may stand still while the device sleeps.
pub(super) fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// The device's idea of the time of day.
pub(super) fn today() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// Another number in each tab, for the waits of its client.
pub(super) fn seed() -> u64 {
    js_sys::Math::random().to_bits()
}
