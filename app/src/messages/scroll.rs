//! Keeps the line that is read where it is, whatever comes and goes around it.
//!
//! The scroller runs bottom up: its origin is the newest message and positions above it are
//! negative. So what changes above moves nothing by itself; what changes below is measured by a row
//! in view, before and after, and taken back.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

/// Pixels from the newest that still count as being there.
const AT_END: f64 = 24.0;
/// Pixels from the newest where the way back is offered.
const FAR: f64 = 320.0;

/// Where the reader stands. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Scroll {
    log: NodeRef<html::Div>,
    held: StoredValue<Option<Held>>,
    /// The newest message is in view.
    pub at_end: RwSignal<bool>,
    /// The newest message is a good way off.
    pub is_far: RwSignal<bool>,
}

/// A row in view.
#[derive(Clone, Debug)]
struct Held {
    key: String,
    /// From the top of the scroller, when it stood at `position`.
    top: f64,
    position: f64,
}

/// How much is left above and below what is in view, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub above: f64,
    pub below: f64,
}

impl Scroll {
    pub fn new(log: NodeRef<html::Div>) -> Self {
        Self { log, held: StoredValue::new(None), at_end: RwSignal::new(true), is_far: RwSignal::new(false) }
    }

    pub fn room(self) -> Option<Room> {
        let log = self.log.try_get_untracked().flatten()?;
        let below = -f64::from(log.scroll_top());
        let above = f64::from(log.scroll_height() - log.client_height()) - below;
        Some(Room { above, below })
    }

    /// Takes note of where the reader is: after every scroll, and after every correction.
    pub fn note(self) {
        let Some(log) = self.log.try_get_untracked().flatten() else { return };
        let position = scroll_top(&log);
        set(self.at_end, -position < AT_END);
        set(self.is_far, -position > FAR);
        let held = row_in_view(&log).map(|(key, top)| Held { key, top, position });
        let _ = self.held.try_set_value(held);
    }

    /// Puts the line that was read back where it was. Called between a change and its painting.
    pub fn hold(self) {
        let Some(log) = self.log.try_get_untracked().flatten() else { return };
        if self.at_end.try_get_untracked() == Some(true) {
            log.set_scroll_top(0);
        } else if let Some(held) = self.held.try_get_value().flatten()
            && let Some(top) = top_of(&log, &held.key)
        {
            // A scroll since the note was taken is the reader's own.
            let wanted = held.top - (scroll_top(&log) - held.position);
            let off = top - wanted;
            if off.abs() >= 0.5 {
                set_scroll_top(&log, scroll_top(&log) + off);
            }
        }
        self.note();
    }

    /// To the newest message, and stays there. `smoothly` only where nothing else changes.
    pub fn to_end(self, smoothly: bool) {
        let Some(log) = self.log.try_get_untracked().flatten() else { return };
        let _ = self.held.try_set_value(None);
        if smoothly && !crate::ui::browser::matches("(prefers-reduced-motion: reduce)") {
            let options = web_sys::ScrollToOptions::new();
            options.set_top(0.0);
            options.set_behavior(web_sys::ScrollBehavior::Smooth);
            log.scroll_to_with_scroll_to_options(&options);
            return;
        }
        set(self.at_end, true);
        set(self.is_far, false);
        log.set_scroll_top(0);
    }

    /// Puts a message into the middle of the view.
    pub fn to_message(self, seq: model::Seq) {
        let Some(log) = self.log.try_get_untracked().flatten() else { return };
        let Ok(Some(row)) = log.query_selector(&format!("[data-seq=\"{seq}\"] .msg")) else { return };
        let frame = log.get_bounding_client_rect();
        let place = row.get_bounding_client_rect();
        let off = place.top() + place.height() / 2.0 - frame.top() - frame.height() / 2.0;
        set_scroll_top(&log, scroll_top(&log) + off);
        // Adding a class cannot fail for a name without spaces.
        let _ = row.class_list().add_1("found");
        self.note();
    }

    /// Watches the rows from here on, for as long as the caller keeps what is returned.
    pub fn watch(self) -> Option<Watch> {
        let log = self.log.get_untracked()?;
        let column = log.first_element_child()?;
        let changed = Closure::<dyn FnMut()>::new(move || self.hold());
        let function = changed.as_ref().unchecked_ref();
        let mutations = web_sys::MutationObserver::new(function).ok()?;
        let options = web_sys::MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        mutations.observe_with_options(&column, &options).ok()?;
        let sizes = web_sys::ResizeObserver::new(function).ok()?;
        sizes.observe(&column);
        sizes.observe(&log);
        Some(Watch { mutations, sizes, _changed: changed })
    }
}

/// Observers of the rows; they end with it.
pub struct Watch {
    mutations: web_sys::MutationObserver,
    sizes: web_sys::ResizeObserver,
    _changed: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.mutations.disconnect();
        self.sizes.disconnect();
    }
}

fn set(signal: RwSignal<bool>, value: bool) {
    if signal.try_get_untracked().is_some_and(|known| known != value) {
        signal.set(value);
    }
}

/// With fractions, which `web_sys` rounds away.
fn scroll_top(log: &web_sys::HtmlElement) -> f64 {
    let value = js_sys::Reflect::get(log, &"scrollTop".into());
    value.ok().and_then(|value| value.as_f64()).unwrap_or_else(|| f64::from(log.scroll_top()))
}

fn set_scroll_top(log: &web_sys::HtmlElement, position: f64) {
    // The property exists on every element.
    let _ = js_sys::Reflect::set(log, &"scrollTop".into(), &position.into());
}

/// The row that is read: its key, and its distance from the top of the scroller. That is the first one that
/// begins in the upper half of the view; a row that only reaches in may grow at its end, as with a reaction,
/// and what is below it should stay. Where none begins there, the one that reaches in is read.
fn row_in_view(log: &web_sys::HtmlElement) -> Option<(String, f64)> {
    let frame = log.get_bounding_client_rect();
    let top = frame.top();
    let rows = log.get_elements_by_class_name("held");
    let bottom =
        |place: u32| rows.item(place).map_or(f64::MAX, |row| row.get_bounding_client_rect().bottom());
    let (mut low, mut high) = (0, rows.length());
    while low < high {
        let middle = (low + high) / 2;
        match bottom(middle) > top + 8.0 {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    let begins = |row: &web_sys::Element| {
        let begin = row.get_bounding_client_rect().top() - top;
        (0.0..frame.height() / 2.0).contains(&begin)
    };
    let row = rows.item(low)?;
    let next = rows.item(low + 1).filter(|next| !begins(&row) && begins(next));
    let row = next.unwrap_or(row);
    Some((row.get_attribute("data-key")?, row.get_bounding_client_rect().top() - top))
}

fn top_of(log: &web_sys::HtmlElement, key: &str) -> Option<f64> {
    let row = log.query_selector(&format!("[data-key=\"{key}\"]")).ok().flatten()?;
    Some(row.get_bounding_client_rect().top() - log.get_bounding_client_rect().top())
}
