//! The details of a group.

use icondata_lu::{LuPencil, LuUserRoundPlus};
use leptos::prelude::*;
use model::{Room, UserId};

use super::{
    add::{self, AddDialog},
    known::Known,
    members::Members,
    private::leave,
    rename::{self, RenameDialog},
};
use crate::{
    rooms::{
        head::{here, members},
        summary::group_face,
    },
    ui::{Avatar, Icon, avatar::Face, dialog, fresh::fresh_text},
};

/// What stands above the members.
#[derive(Clone, PartialEq)]
struct Shown {
    name: String,
    face: Face,
    count: usize,
}

impl Shown {
    fn of(room: &Room, me: UserId) -> Self {
        Self { name: room.name(me).to_owned(), face: group_face(room, me), count: here(room).count() }
    }
}

#[component]
pub fn Group(known: Known) -> impl IntoView {
    let me = known.live.chat.with_untracked(model::Chat::me);
    let shown = known.memo(move |room| Shown::of(room, me));
    let is_admin = known.memo(move |room| room.admins.contains(&me));
    let is_admin = Memo::new(move |_| is_admin.get() == Some(true));
    let hero = move || {
        let Shown { name, face, count } = shown.get()?;
        Some(view! {
            <Avatar face size="xl sq" />
            <p class="heading" dir="auto">
                {fresh_text(name)}
            </p>
            <p class="meta">{fresh_text(members(count))}</p>
        })
    };
    view! {
        <div class="hero">{hero}</div>
        {move || is_admin.get().then(|| view! { <Acts known /> })}
        <Members known is_admin />
        <div class="sec">
            {leave("Leave group")}
        </div>
    }
}

/// What admins can do about the group as a whole.
#[component]
fn Acts(known: Known) -> impl IntoView {
    let act = |label: &'static str, icon, which: &'static str| {
        view! {
            <button type="button" popovertarget=which on:click=move |event| dialog::open(which, &event)>
                <Icon icon />
                {label}
            </button>
        }
    };
    view! {
        <div class="acts">
            {act("Add people", LuUserRoundPlus, add::DIALOG)} {act("Rename", LuPencil, rename::DIALOG)}
        </div>
        <AddDialog known />
        <RenameDialog known />
    }
}
