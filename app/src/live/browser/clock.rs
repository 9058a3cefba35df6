//! Time and chance as the browser gives them.

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

/// In 0..1.
pub(super) fn random() -> f64 {
    js_sys::Math::random()
}
