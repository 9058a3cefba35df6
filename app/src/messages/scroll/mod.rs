//! Keeps the line that is read where it is, whatever comes and goes around it.
//!
//! The scroller runs bottom up: its origin is the newest message and positions above it are negative. A change
//! above the reader therefore moves nothing. A change below is measured by a row in view, before and after, and
//! compensated: by a spacer below the last row while the reader scrolls, because setting the scroll position
//! then would end the browser's own scroll animation, and by the scroll position once the reader rests.

mod go;
mod hold;
mod measure;

use std::time::Duration;

use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use model::{RoomId, Seq, UserId};

pub use hold::Watch;
use measure::{Held, found, number, rows_in_view, scroll_top};

use super::{
    span::Span,
    start::{Position, keep},
};

/// Pixels from the newest that still count as being there.
const AT_END: f64 = 24.0;
/// Pixels from the newest where the way back is offered.
const FAR: f64 = 320.0;
/// The reader rests when nothing has scrolled for so long.
const REST: Duration = Duration::from_millis(150);

/// The scroll state of an open chat. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Scroll {
    me: UserId,
    room: RoomId,
    log: NodeRef<html::Div>,
    span: RwSignal<Span>,
    held: StoredValue<Option<Held>>,
    /// The newest row in view, which may have no number yet.
    newest: StoredValue<Option<String>>,
    /// The height of the spacer below the last row.
    spacer: StoredValue<f64>,
    phase: StoredValue<Phase>,
    /// Runs while the reader scrolls.
    resting: StoredValue<Option<TimeoutHandle>>,
    /// The newest message is in view.
    pub at_end: RwSignal<bool>,
    /// The newest message is a good way off.
    pub is_far: RwSignal<bool>,
    /// The newest message of which the end has come into view.
    pub seen: RwSignal<Seq>,
    /// Notified when the reader rests.
    pub rested: RwSignal<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The page has not scrolled to where the chat opens yet: nothing in view counts as seen.
    Opening,
    Reading,
    /// The view scrolls to the newest message by itself: no line is held.
    Returning,
}

/// How much is left above and below what is in view, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub above: f64,
    pub below: f64,
}

impl Scroll {
    pub fn new(me: UserId, room: RoomId, log: NodeRef<html::Div>, span: RwSignal<Span>) -> Self {
        Self {
            me,
            room,
            log,
            span,
            held: StoredValue::new(None),
            newest: StoredValue::new(None),
            spacer: StoredValue::new(0.0),
            phase: StoredValue::new(Phase::Opening),
            resting: StoredValue::new(None),
            at_end: RwSignal::new(false),
            is_far: RwSignal::new(false),
            seen: RwSignal::new(Seq::ZERO),
            rested: RwSignal::new(()),
        }
    }

    fn log(self) -> Option<web_sys::HtmlDivElement> {
        self.log.try_get_untracked().flatten()
    }

    pub fn room(self) -> Option<Room> {
        let log = self.log()?;
        let position = scroll_top(&log);
        let above = f64::from(log.scroll_height() - log.client_height()) + position;
        Some(Room { above, below: -position - self.spacer.get_value() })
    }

    /// Takes note of where the reader is: after every scroll, and after every correction.
    pub fn note(self) {
        let Some(log) = self.log().filter(|log| log.client_height() > 0) else { return };
        let position = scroll_top(&log);
        let below = -position - self.spacer.try_get_value().unwrap_or_default();
        let is_whole = self.span.try_get_untracked().is_some_and(|span| span.last.is_none());
        set(self.at_end, below < AT_END && is_whole);
        set(self.is_far, below > FAR);
        let Some((held, seen, newest)) = rows_in_view(&log, position) else { return };
        let phase = self.phase.try_get_value();
        if phase != Some(Phase::Returning) {
            let _ = self.held.try_set_value(Some(held));
        }
        let _ = self.newest.try_set_value(newest);
        if let Some(seen) = seen.filter(|_| phase != Some(Phase::Opening)) {
            set(self.seen, seen);
        }
    }

    /// The reader scrolled. Rows may have come or gone in the same frame.
    pub fn scrolled(self) {
        match self.at_end.get_untracked() {
            true => self.note(),
            false => self.hold(),
        }
        // The end of the last row is in view: the spacer below it is not to be seen.
        if self.spacer.get_value() > 0.0 && self.room().is_some_and(|room| room.below < AT_END) {
            self.settle();
        }
        self.rest_soon();
    }

    /// The reader rests in a while, unless something scrolls before.
    pub fn rest_soon(self) {
        let rest = move || {
            let _ = self.resting.try_set_value(None);
            // In a frame: then everything that the browser has scrolled by itself is known here.
            request_animation_frame(move || {
                if self.resting.try_with_value(Option::is_none) == Some(true) {
                    self.rest();
                }
            });
        };
        let timer = set_timeout_with_handle(rest, REST).ok();
        let before = self.resting.try_update_value(|resting| std::mem::replace(resting, timer));
        if let Some(before) = before.flatten() {
            before.clear();
        }
    }

    fn rest(self) {
        self.settle();
        if self.phase.try_get_value() == Some(Phase::Returning) {
            self.phase.set_value(Phase::Reading);
            self.arrive();
        }
        self.keep_position();
        let _ = self.rested.try_update(|()| ());
    }

    /// Keeps where the reader is, for when the chat is opened again.
    pub fn keep_position(self) {
        let Some(at_end) = self.at_end.try_get_untracked() else { return };
        if self.phase.try_get_value() == Some(Phase::Opening) {
            return;
        }
        let held = self.held.try_get_value().flatten();
        let position = held.and_then(|held| Some(Position { seq: held.seq?, top: held.top.round() as i32 }));
        keep(self.me, self.room, position.filter(|_| !at_end));
    }

    /// A message that was in view may have got its number. Measures nothing: its row has the same size.
    pub fn numbered(self) {
        if let (Some(log), Some(key)) = (self.log(), self.newest.try_get_value().flatten())
            && self.phase.try_get_value() != Some(Phase::Opening)
            && let Some(seq) = found(&log, &format!("[data-key=\"{key}\"]")).and_then(|row| number(&row))
        {
            set(self.seen, seq);
        }
    }

    /// The message that is read.
    pub fn reads(self) -> Option<Seq> {
        self.held.try_get_value().flatten()?.seq
    }
}

fn set<T: Copy + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_get_untracked().is_some_and(|known| known != value) {
        signal.set(value);
    }
}
