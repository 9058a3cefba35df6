//! Changes the rows on the page in animation frames alone.
//!
//! In Chromium whatever lays out a changed page between two frames (a hit test for the wheel is enough) moves the
//! origin of a scroller that runs bottom up, and what the compositor scrolled meanwhile is counted from the old
//! origin: the view jumps by the height of the rows that came above. Changed in a frame, the rows are laid out in it.

use leptos::prelude::*;
use model::Seq;

use super::{
    rows::{Key, Row},
    scroll::Scroll,
};

/// Returns a copy of `rows` that follows it in the next animation frame.
pub fn in_frames(rows: impl Fn() -> Vec<Row> + 'static, scroll: Scroll) -> RwSignal<Vec<Row>> {
    let shown = RwSignal::new(untrack(&rows));
    Effect::new(move || {
        let rows = rows();
        let show = move || {
            if shown.try_with_untracked(|before| *before != rows) != Some(true) {
                return;
            }
            if let Some(last) = shown.with_untracked(|before| new_end(before, &rows)) {
                scroll.trim(last);
            }
            shown.set(rows);
        };
        // A hidden page runs no animation frames.
        if document().hidden() { show() } else { request_animation_frame(show) }
    });
    shown
}

/// The number of the last of `rows`, if rows below it go.
fn new_end(before: &[Row], rows: &[Row]) -> Option<Seq> {
    let Row::Message(last) = rows.last()? else { return None };
    let place = before.iter().rposition(|row| row.key() == Key::Message(last.id))?;
    last.seq.filter(|_| place + 1 < before.len())
}
