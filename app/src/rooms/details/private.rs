//! The details of a private chat.

use icondata_lu::{LuBan, LuLogOut};
use leptos::prelude::*;

use super::known::Known;
use crate::{
    people::block,
    rooms::leave,
    ui::{Avatar, Icon, dialog, fresh::fresh_text, isolate},
};

#[component]
pub fn Private(known: Known) -> impl IntoView {
    let me = known.live.chat.with_untracked(model::Chat::me);
    let person = known.memo(move |room| room.other(me).cloned());
    move || {
        let person = person.get()??;
        let name = isolate(&person.name).into_owned();
        Some(view! {
            <div class="hero">
                <Avatar face=&person size="xl" />
                <p class="heading" dir="auto">
                    {fresh_text(person.name)}
                </p>
                <p class="meta">"@" {person.username}</p>
            </div>
            <div class="sec">
                {ask(block::DIALOG, LuBan, format!("Block {name}…"))} {leave("Leave chat")}
            </div>
        })
    }
}

/// Asks whether to leave, by the dialog of the room's menu.
pub fn leave(label: &str) -> impl IntoView {
    ask(leave::DIALOG, LuLogOut, format!("{label}…"))
}

fn ask(dialog: &'static str, icon: icondata_core::Icon, label: String) -> impl IntoView {
    view! {
        <button
            class="act danger"
            type="button"
            popovertarget=dialog
            on:click=move |event| dialog::open(dialog, &event)
        >
            <Icon icon />
            <span class="min-w-0">{fresh_text(label)}</span>
        </button>
    }
}
