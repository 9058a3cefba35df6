//! The menu of a room. It is a popover, so it works without scripts.

use icondata_lu::{LuBan, LuEllipsisVertical, LuLogOut};
use leptos::{html, prelude::*};
use model::{Person, RoomId};

use super::leave::{self, LeaveDialog, Question};
use crate::{
    live::Live,
    people::block::{self, BlockDialog},
    ui::{Icon, dialog, isolate},
};

const MENU: &str = "room-menu";

#[component]
pub fn RoomMenu(room: RoomId) -> impl IntoView {
    let live = expect_context::<Live>();
    // A room that is left keeps its last words until its page is gone.
    let question = Memo::new(move |known: Option<&Option<Question>>| {
        let question =
            live.chat.with(|chat| chat.conversation(room).map(|known| Question::of(known, chat.me())));
        question.or_else(|| known.cloned().flatten())
    });
    let is_known = Memo::new(move |_| question.with(Option::is_some));
    let question = Signal::derive(move || question.get().unwrap_or_default());
    move || {
        is_known.get().then(|| {
            let other = live.chat.with_untracked(|chat| {
                chat.conversation(room).and_then(|known| known.room.other(chat.me()).cloned())
            });
            view! { <Menu room question other /> }
        })
    }
}

#[component]
fn Menu(room: RoomId, question: Signal<Question>, other: Option<Person>) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let back = Callback::new(move |()| {
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    });
    view! {
        <button
            class="icon"
            type="button"
            node_ref=button
            popovertarget=MENU
            aria-label="Chat menu"
            title="Chat menu"
        >
            <Icon icon=LuEllipsisVertical />
        </button>
        <div class="menu" id=MENU popover="auto">
            {other.as_ref().map(|other| ask(block::DIALOG, LuBan, format!("Block {}", isolate(&other.name)).into()))}
            {ask(leave::DIALOG, LuLogOut, Signal::derive(move || question.get().verb.to_owned()))}
        </div>
        {other.map(|person| view! { <BlockDialog person back /> })}
        <LeaveDialog room question back />
    }
}

/// An entry that leads to a question.
fn ask(dialog: &'static str, icon: icondata_core::Icon, label: Signal<String>) -> impl IntoView {
    view! {
        <button
            class="danger"
            type="button"
            popovertarget=dialog
            on:click=move |event| dialog::open(dialog, &event)
        >
            <Icon icon class="s" />
            <span class="cut">{label} "…"</span>
        </button>
    }
}
