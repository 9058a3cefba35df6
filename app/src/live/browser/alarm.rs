//! One timer that can be set anew.

use std::cell::Cell;

use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};

pub(super) struct Alarm {
    ring: Closure<dyn FnMut()>,
    timer: Cell<Option<i32>>,
}

impl Alarm {
    pub(super) fn new(ring: impl FnMut() + 'static) -> Self {
        Self { ring: Closure::new(ring), timer: Cell::new(None) }
    }

    /// Rings once in `wait` milliseconds, and not at any time set before.
    pub(super) fn set(&self, wait: f64) {
        self.clear();
        let ring = self.ring.as_ref().unchecked_ref();
        let wait = wait.clamp(0.0, f64::from(i32::MAX)).ceil() as i32;
        let timer = window().set_timeout_with_callback_and_timeout_and_arguments_0(ring, wait);
        self.timer.set(timer.ok());
    }

    pub(super) fn clear(&self) {
        if let Some(timer) = self.timer.take() {
            window().clear_timeout_with_handle(timer);
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clear();
    }
}
