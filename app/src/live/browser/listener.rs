//! An event listener that ends with its value.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

pub(super) struct Listener {
    target: EventTarget,
    name: &'static str,
    heard: Closure<dyn FnMut(Event)>,
}

impl Listener {
    pub(super) fn new(target: EventTarget, name: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        let heard = Closure::<dyn FnMut(Event)>::new(heard);
        // Fails for no target that exists.
        let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        Self { target, name, heard }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let heard = self.heard.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.name, heard);
    }
}
