//! Scrolls to where a chat opens, to the newest message, and by pages.

use leptos::prelude::*;

use super::{
    FAR, Phase, Scroll,
    measure::{found, put, row, scroll_top, set_scroll_top},
    set,
};
use crate::messages::start::{Position, Start};

impl Scroll {
    /// To the newest message, and stays there. `smoothly` only where nothing else changes.
    pub fn to_end(self, smoothly: bool) {
        let Some(log) = self.log() else { return };
        self.settle();
        let _ = self.held.try_set_value(None);
        self.rest_soon();
        let _ = self.phase.try_set_value(Phase::Returning);
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

    /// The way to the newest message is over. A row that came meanwhile may have broken it off just before the end.
    pub(super) fn arrive(self) {
        let Some(log) = self.log() else { return };
        if -scroll_top(&log) < FAR / 2.0 {
            set_scroll_top(&log, 0.0);
        }
        self.note();
    }

    /// Scrolls by nearly the height of the view: down, or with -1 up.
    pub fn by_page(self, direction: f64) {
        if let Some(log) = self.log() {
            let page = f64::from(log.client_height()) * 0.875;
            set_scroll_top(&log, scroll_top(&log) + direction * page);
        }
    }

    /// Shows the place where the room opens, unless the script in the page has done that.
    pub fn open(self, start: Start) {
        let Some(log) = self.log() else { return };
        // A view that was waited for is drawn before it is in the page.
        if !log.is_connected() {
            return request_animation_frame(move || self.open(start));
        }
        if !log.has_attribute("data-placed") {
            match start {
                Start::Newest => {}
                Start::Linked(seq) => {
                    let row = row(&log, seq);
                    let height = row.as_ref().map_or(0.0, |row| row.get_bounding_client_rect().height());
                    put(&log, row, (log.get_bounding_client_rect().height() - height) / 2.0);
                }
                Start::Unread(seq) => {
                    let row = found(&log, ".new").or_else(|| row(&log, seq));
                    put(&log, row, f64::from(log.client_height()) / 4.0);
                }
                Start::Kept(Position { seq, top }) => put(&log, row(&log, seq), f64::from(top)),
            }
        }
        self.phase.set_value(Phase::Reading);
        self.note();
        // A reload draws the chat that is open now.
        self.keep_position();
        self.rest_soon();
    }
}
