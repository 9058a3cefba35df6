//! Keeps the line that is read in its place while rows come, go and grow.

use leptos::prelude::*;
use model::Seq;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::HtmlElement;

use super::{
    AT_END, Scroll,
    measure::{row, scroll_top, set_scroll_top, top_of},
};

impl Scroll {
    /// Rows below the message `last` are about to go, and the reader is not among them: the spacer takes their height,
    /// so that the browser has no reason to move the scroll position.
    pub fn trim(self, last: Seq) {
        let Some(log) = self.log().filter(|_| !self.at_end.get_untracked()) else { return };
        let (Some(column), Some(row)) = (log.first_element_child(), row(&log, last)) else { return };
        let spacer = self.spacer.get_value();
        let end = column.get_bounding_client_rect().bottom() - spacer;
        self.set_spacer(&log, spacer + end - row.get_bounding_client_rect().bottom());
        self.rest_soon();
    }

    /// Puts the line that was read back where it was. Called between a change and its painting.
    pub fn hold(self) {
        let Some(log) = self.log() else { return };
        let position = scroll_top(&log);
        if self.at_end.try_get_untracked() == Some(true) && -position < AT_END {
            set_scroll_top(&log, 0.0);
        } else if let Some(held) = self.held.try_get_value().flatten()
            && let Some(top) = top_of(&log, &held.key)
        {
            // The content became too short for the position, and the browser moved that. Any other scroll since
            // the note was taken is the reader's own.
            let highest = f64::from(log.client_height() - log.scroll_height());
            let is_clamped = position > held.position && position - highest < 1.0;
            let own = if is_clamped { 0.0 } else { position - held.position };
            let off = top - held.top + own;
            if off.abs() >= 0.5 {
                self.shift(&log, off);
            }
        }
        self.note();
    }

    /// Moves the content up by `off` pixels.
    fn shift(self, log: &HtmlElement, off: f64) {
        let spacer = self.spacer.get_value();
        let scrolls = self.resting.with_value(Option::is_some);
        let wanted = if scrolls { (spacer + off).max(0.0) } else { spacer };
        self.set_spacer(log, wanted);
        let rest = off - (wanted - spacer);
        if rest.abs() >= 0.5 {
            set_scroll_top(log, scroll_top(log) + rest);
        }
    }

    /// Takes the spacer away. Nothing in view moves.
    pub(super) fn settle(self) {
        let Some(log) = self.log() else { return };
        let spacer = self.spacer.get_value();
        if spacer > 0.0 {
            let position = scroll_top(&log) + spacer;
            self.set_spacer(&log, 0.0);
            set_scroll_top(&log, position.min(0.0));
            self.note();
        }
    }

    fn set_spacer(self, log: &HtmlElement, height: f64) {
        if let Some(column) = log.first_element_child()
            && height != self.spacer.get_value()
        {
            self.spacer.set_value(height);
            // A length is valid.
            let style = column.unchecked_into::<HtmlElement>().style();
            let _ = style.set_property("padding-bottom", &format!("{height}px"));
        }
    }

    /// Watches the rows from here on, for as long as the caller keeps what is returned. `then` follows each change of
    /// their size. Their size alone is watched, which a browser tells in a frame, between its layout and its painting:
    /// there nothing that is measured costs a layout (see [`super::in_frames`]).
    pub fn watch(self, then: impl Fn() + 'static) -> Option<Watch> {
        let log = self.log.get_untracked()?;
        let changed = Closure::<dyn FnMut()>::new(move || {
            self.hold();
            then();
        });
        let sizes = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
        sizes.observe(&log.first_element_child()?);
        sizes.observe(&log);
        Some(Watch { sizes, _changed: changed })
    }
}

/// Watches the sizes for as long as it is kept.
pub struct Watch {
    sizes: web_sys::ResizeObserver,
    _changed: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.sizes.disconnect();
    }
}
