//! Fetches what is missing in the rows that are drawn.

use leptos::{prelude::*, task::spawn_local};
use model::{RoomId, Seq, limits::PAGE_MAX};

use super::{calls::GetPage, rows::Row};
use crate::{
    call::call,
    live::{Link, Live},
};

/// Fills the holes of `rows` as they show up. Returns whether it is stuck, and how to go on.
pub fn fill_holes(room: RoomId, rows: RwSignal<Vec<Row>>) -> (RwSignal<bool>, Callback<()>) {
    let live = expect_context::<Live>();
    let stuck = RwSignal::new(false);
    let asked = StoredValue::new(Vec::<Seq>::new());
    let holes = Memo::new(move |_| rows.with(|rows| holes(rows)));
    Effect::new(move || {
        if stuck.get() {
            return;
        }
        for (from, to) in holes.get() {
            if asked.with_value(|asked| asked.contains(&to)) {
                continue;
            }
            asked.update_value(|asked| asked.push(to));
            spawn_local(async move {
                let wanted = (to.0 - from.0 + 1).min(PAGE_MAX);
                let page = call(GetPage::before(room, to.next(), wanted)).await;
                let _ = asked.try_update_value(|asked| asked.retain(|other| *other != to));
                match page {
                    Ok(page) => live.page(page),
                    Err(_) => {
                        let _ = stuck.try_set(true);
                    }
                }
            });
        }
    });
    // A connection that is back is worth another try.
    Effect::new(move || {
        if live.link.get() == Link::Open {
            stuck.set(false);
        }
    });
    (stuck, Callback::new(move |()| stuck.set(false)))
}

fn holes(rows: &[Row]) -> Vec<(Seq, Seq)> {
    let hole = |row: &Row| match row {
        Row::Hole { from, to } => Some((*from, *to)),
        Row::Message(_) => None,
    };
    rows.iter().filter_map(hole).collect()
}
