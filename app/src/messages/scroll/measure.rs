//! What the page says about rows and the scroll position.

use model::Seq;
use web_sys::{Element, HtmlElement};

/// Pixels that a row may reach over an edge of the view and still count as being on its other side.
const SLACK: f64 = 8.0;
/// A row in view.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub key: String,
    pub seq: Option<Seq>,
    /// Pixels from the top of the scroller, when it was scrolled to `position`.
    pub top: f64,
    pub position: f64,
}

/// With fractions, which `web_sys` rounds away.
pub(super) fn scroll_top(log: &HtmlElement) -> f64 {
    let value = js_sys::Reflect::get(log, &"scrollTop".into());
    value.ok().and_then(|value| value.as_f64()).unwrap_or_else(|| f64::from(log.scroll_top()))
}

pub(super) fn set_scroll_top(log: &HtmlElement, position: f64) {
    // The property exists on every element.
    let _ = js_sys::Reflect::set(log, &"scrollTop".into(), &position.into());
}

pub(super) fn found(log: &Element, selector: &str) -> Option<Element> {
    log.query_selector(selector).ok().flatten()
}

/// The row of a message.
pub(super) fn row(log: &Element, seq: Seq) -> Option<Element> {
    found(log, &format!("[data-seq=\"{seq}\"]>.msg"))
}

/// Scrolls until `row` begins `top` pixels below the top of the view.
pub(super) fn put(log: &HtmlElement, row: Option<Element>, top: f64) {
    if let Some(row) = row {
        let off = row.get_bounding_client_rect().top() - log.get_bounding_client_rect().top() - top;
        set_scroll_top(log, scroll_top(log) + off);
    }
}

/// The message that is read, and the number of the newest one of which the end is in view.
///
/// The message that is read is the first that begins in the upper half of the view; one that only reaches in may
/// grow at its end, as with a reaction, and what is below it should stay. Where none begins there, it is the one
/// that reaches in, and where none does, the last one above.
pub(super) fn rows_in_view(log: &HtmlElement, position: f64) -> Option<(Held, Option<Seq>, Option<String>)> {
    let frame = log.get_bounding_client_rect();
    let top = frame.top();
    let rows = log.get_elements_by_class_name("msg");
    let bottom = |at: u32| rows.item(at).map_or(f64::MAX, |row| row.get_bounding_client_rect().bottom());
    let first_below = |edge: f64| {
        let (mut low, mut high) = (0, rows.length());
        while low < high {
            let middle = (low + high) / 2;
            match bottom(middle) > edge {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        low
    };
    let begins = |row: &Element| {
        let begin = row.get_bounding_client_rect().top() - top;
        (0.0..frame.height() / 2.0).contains(&begin)
    };
    let first = first_below(top + SLACK).min(rows.length().checked_sub(1)?);
    let row = rows.item(first)?;
    let next = rows.item(first + 1).filter(|next| !begins(&row) && begins(next));
    let row = next.unwrap_or(row);
    let key = row.get_attribute("data-key")?;
    let held = Held { key, seq: number(&row), top: row.get_bounding_client_rect().top() - top, position };
    let in_view = (first..first_below(frame.bottom() + SLACK)).rev().filter_map(|at| rows.item(at));
    let newest = in_view.clone().next().and_then(|row| row.get_attribute("data-key"));
    let seen = in_view.clone().find_map(|row| number(&row));
    Some((held, seen, newest))
}

/// The number of a message; one on its way has none.
pub(super) fn number(row: &Element) -> Option<Seq> {
    row.parent_element()?.get_attribute("data-seq")?.parse().ok().map(Seq)
}

pub(super) fn top_of(log: &HtmlElement, key: &str) -> Option<f64> {
    let row = found(log, &format!("[data-key=\"{key}\"]"))?;
    Some(row.get_bounding_client_rect().top() - log.get_bounding_client_rect().top())
}
