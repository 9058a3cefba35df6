//! What can be done about a message: one menu for the whole history, put beside the message it is about.

use icondata_lu::{LuCopy, LuPencil, LuTrash2};
use leptos::{ev::KeyboardEvent, prelude::*};
use model::{Message, Seq};
use web_sys::HtmlElement;

use super::{
    change::{Changing, Place},
    reactions::react,
};
use crate::ui::{Icon, browser};

/// The reactions that are one press away.
const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
/// Pixels that are left free around the menu.
const MARGIN: f64 = 8.0;

#[component]
pub fn MessageMenu(changing: Changing) -> impl IntoView {
    let about = Memo::new(move |_| changing.message(changing.chosen.get()?));
    view! {
        <div
            class="menu about"
            popover="auto"
            role="menu"
            aria-label="Message menu"
            node_ref=changing.menu
            on:keydown=move |event| step(changing, &event)
        >
            {move || about.get().map(|message| entries(changing, message))}
        </div>
    }
}

fn entries(changing: Changing, message: Message) -> AnyView {
    let me = changing.live.chat.with_untracked(model::Chat::me);
    let seq = message.seq;
    let own = message.reaction_of(me).map(|emoji| emoji.as_str().to_owned());
    let quick = QUICK.map(|emoji| {
        let press = move |_| {
            close(changing);
            react(changing, seq, emoji);
        };
        view! {
            <button
                class="item"
                type="button"
                role="menuitemcheckbox"
                tabindex="-1"
                aria-checked=(own.as_deref() == Some(emoji)).to_string()
                on:click=press
            >
                {emoji}
            </button>
        }
    });
    let copy = move |_| {
        close(changing);
        browser::copy(&message.body, move || changing.say("The text could not be copied.".to_owned()));
    };
    let edit = move |_| {
        close(changing);
        changing.edit(seq);
    };
    let delete = move |_| {
        close(changing);
        changing.doomed.set(Some(seq));
    };
    let mine = (message.sender == me).then(|| {
        view! {
            <button class="item" type="button" role="menuitem" tabindex="-1" on:click=edit>
                <Icon icon=LuPencil class="s" />
                "Edit"
            </button>
            <hr />
            <button class="item danger" type="button" role="menuitem" tabindex="-1" on:click=delete>
                <Icon icon=LuTrash2 class="s" />
                "Delete"
            </button>
        }
    });
    view! {
        <div class="quick" role="group" aria-label="React">
            {quick.collect_view()}
        </div>
        <hr />
        <button class="item" type="button" role="menuitem" tabindex="-1" on:click=copy>
            <Icon icon=LuCopy class="s" />
            "Copy text"
        </button>
        {mine}
    }
    .into_any()
}

/// Opens below a place on the screen, or above it where there is no room.
pub fn open(changing: Changing, seq: Seq, Place { left, top, bottom }: Place) {
    changing.chosen.set(Some(seq));
    // It has a size only once its entries are drawn.
    request_animation_frame(move || {
        let Some(menu) = changing.menu.try_get_untracked().flatten() else { return };
        let _ = menu.hide_popover();
        if menu.show_popover().is_err() {
            return;
        }
        let (width, height) = (f64::from(menu.offset_width()), f64::from(menu.offset_height()));
        let (right_end, bottom_end) = browser::view_size();
        let left = left.min(right_end - width - MARGIN).max(MARGIN);
        let fits = bottom + height + MARGIN <= bottom_end || top - height < MARGIN;
        let top = if fits { bottom } else { top - height };
        let top = top.min(bottom_end - height - MARGIN).max(MARGIN);
        // The policy of the page forbids styles in the markup, not from the program.
        let style = HtmlElement::style(&menu);
        let _ = style.set_property("left", &format!("{left}px"));
        let _ = style.set_property("top", &format!("{top}px"));
        browser::focus_at(&menu.get_elements_by_class_name("item"), 0);
    });
}

/// The hands go back to where they were.
fn close(changing: Changing) {
    if let Some(menu) = changing.menu.get_untracked() {
        let _ = menu.hide_popover();
    }
}

/// Arrows move through the entries; those in the first row stand side by side.
fn step(changing: Changing, event: &KeyboardEvent) {
    let Some(menu) = changing.menu.get_untracked() else { return };
    let items = menu.get_elements_by_class_name("item");
    let (count, row) = (items.length(), QUICK.len() as u32);
    let here = browser::focused_in(&items).unwrap_or(0);
    let next = match &*event.key() {
        "ArrowRight" => (here + 1) % count,
        "ArrowLeft" => (here + count - 1) % count,
        "ArrowDown" if here < row => row,
        "ArrowDown" => (here + 1) % count,
        "ArrowUp" if here < row => count - 1,
        "ArrowUp" if here == row => 0,
        "ArrowUp" => here - 1,
        "Home" => 0,
        "End" => count - 1,
        "Tab" => {
            event.prevent_default();
            return close(changing);
        }
        _ => return,
    };
    event.prevent_default();
    browser::focus_at(&items, next);
}
