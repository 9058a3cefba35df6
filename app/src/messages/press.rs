//! Presses and keys in the history, heard for all of its rows at once.

use std::time::Duration;

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};
use model::Seq;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, EventTarget, HtmlElement};

use super::change::{Changing, Place, Wish};
use crate::{live::Link, ui::browser};

/// Fetches what fulfils wishes so long after the connection was opened, so that it is here before the first of them.
const SOON: Duration = Duration::from_secs(4);

/// Listens to the history. By itself, not by `on:`: for each kind of event that would be code of its own in the
/// first download.
pub fn hear(changing: Changing, log: NodeRef<html::Div>) {
    // The effect keeps what it returns: the listener ends with it.
    Effect::new(move |_: Option<_>| {
        let log = log.get()?;
        let hand = Hand { held: StoredValue::new(None), closes: StoredValue::new(false) };
        let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| heard(changing, hand, &event));
        for kind in ["pointerenter", "pointerdown", "click", "contextmenu", "mouseup", "keydown"] {
            let _ = log.add_event_listener_with_callback(kind, heard.as_ref().unchecked_ref());
        }
        Some(heard)
    });
    // What was refused while nobody was here is shown by that code, too.
    Effect::new(move || {
        if matches!(changing.live.link.get(), Link::Open | Link::Polling)
            && let Ok(handle) = set_timeout_with_handle(move || changing.expect(), SOON)
        {
            on_cleanup(move || handle.clear());
        }
    });
}

fn heard(changing: Changing, hand: Hand, event: &Event) {
    let mouse = event.unchecked_ref::<MouseEvent>();
    match &*event.type_() {
        "pointerenter" => changing.expect(),
        "pointerdown" => hand.down(changing),
        "click" => pressed(changing, hand, mouse),
        "contextmenu" => asked(changing, hand, mouse),
        "mouseup" => released(changing, hand, mouse),
        _ => walk(event.unchecked_ref()),
    }
}

/// What the hand is about to do in the history. Cheap to copy.
#[derive(Clone, Copy)]
struct Hand {
    /// The other button of the mouse is down on this message.
    held: StoredValue<Option<Seq>>,
    /// This press closes the menu, so it does nothing else.
    closes: StoredValue<bool>,
}

impl Hand {
    /// A press begins; the browser closes the menu at its end.
    fn down(self, changing: Changing) {
        let menu = changing.menu.get_untracked();
        self.closes.set_value(menu.is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false)));
    }
}

/// What a press in the history is for: a reaction, the button of a menu, or with a thumb the message itself.
fn pressed(changing: Changing, hand: Hand, event: &MouseEvent) {
    let Some((target, seq)) = place(event.target()) else { return };
    if let Some(chip) = closest(&target, ".reacts button") {
        // The first thing in it; the count follows.
        let emoji = chip.first_child().and_then(|emoji| emoji.text_content());
        changing.wish(Wish::React(seq, emoji.unwrap_or_default()));
    } else if let Some(button) = closest(&target, ".more") {
        let rect = button.get_bounding_client_rect();
        let (left, top, bottom) = (rect.left(), rect.top() - 4.0, rect.bottom() + 4.0);
        changing.wish(Wish::Menu(seq, Place { left, top, bottom }));
    } else if browser::matches("(pointer: coarse)")
        && !hand.closes.get_value()
        && is_free(changing, &target, seq)
    {
        open_at(changing, seq, event);
    }
}

/// The other button of the mouse on a bubble. While it is still held, the menu has to wait: letting go beside
/// an open menu closes it.
fn asked(changing: Changing, hand: Hand, event: &MouseEvent) {
    hand.held.set_value(None);
    let Some((target, seq)) = place(event.target()) else { return };
    // A thumb that stays on a text selects it.
    if browser::matches("(pointer: coarse)") || !is_free(changing, &target, seq) {
        return;
    }
    event.prevent_default();
    match event.buttons() {
        0 => open_at(changing, seq, event),
        _ => hand.held.set_value(Some(seq)),
    }
}

/// The button was let go.
fn released(changing: Changing, hand: Hand, event: &MouseEvent) {
    if let Some(seq) = hand.held.try_update_value(Option::take).flatten() {
        open_at(changing, seq, event);
    }
}

fn open_at(changing: Changing, seq: Seq, event: &MouseEvent) {
    let (left, top) = (f64::from(event.client_x()), f64::from(event.client_y()));
    changing.wish(Wish::Menu(seq, Place { left, top, bottom: top }));
}

/// A link, and a text that is being selected, have the browser's own menu.
fn is_free(changing: Changing, target: &Element, seq: Seq) -> bool {
    closest(target, ".bubble").is_some()
        && closest(target, "a").is_none()
        && !browser::is_selecting()
        && changing.message_now(seq).is_some()
}

/// Arrows move from message to message, and between what is to press at one.
fn walk(event: &KeyboardEvent) {
    let Some((target, _)) = place(event.target()) else { return };
    let Some(line) = closest(&target, ".stop").and_then(|_| closest(&target, ".line")) else { return };
    let (around, class, by) = match &*event.key() {
        "ArrowUp" => (closest(&target, ".log"), "more", -1),
        "ArrowDown" => (closest(&target, ".log"), "more", 1),
        "ArrowLeft" => (Some(line.clone()), "stop", -1),
        "ArrowRight" => (Some(line.clone()), "stop", 1),
        _ => return,
    };
    event.prevent_default();
    let Some(around) = around else { return };
    // From a reaction, up and down start at the button of its message.
    if class == "more" {
        browser::focus_at(&line.get_elements_by_class_name("more"), 0);
    }
    let items = around.get_elements_by_class_name(class);
    if let Some(next) = browser::focused_in(&items).and_then(|here| here.checked_add_signed(by)) {
        browser::focus_at(&items, next);
    }
}

/// What an event is about, and the number of the message it is in.
fn place(target: Option<EventTarget>) -> Option<(Element, Seq)> {
    let target = target?.dyn_into::<Element>().ok()?;
    let line = closest(&target, "[data-seq]")?;
    let seq = line.get_attribute("data-seq")?.parse().ok()?;
    Some((target, Seq(seq)))
}

fn closest(target: &Element, selector: &str) -> Option<HtmlElement> {
    target.closest(selector).ok().flatten()?.dyn_into().ok()
}
