//! The ways from older messages to the newest.

use icondata_lu::LuArrowDown;
use leptos::prelude::*;
use model::{RoomId, Seq};

use super::{scroll::Scroll, span::Span};
use crate::{
    live::Live,
    ui::{Icon, fresh::fresh},
};

/// The way back to the newest message, with the count of those not seen.
#[component]
pub fn Newest(
    room: RoomId,
    span: RwSignal<Span>,
    scroll: Scroll,
    jump: Callback<()>,
    done: Callback<()>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let count = Memo::new(move |_| {
        live.chat.with(|chat| chat.conversation(room).map_or(0, |it| it.room.unread(chat.me())))
    });
    // A new message just below the view is offered, too. Nothing is seen before the chat has opened where it opens.
    let has_new = move || count.get() > 0 && !scroll.at_end.get() && scroll.seen.get() > Seq::ZERO;
    let shown = Memo::new(move |_| scroll.is_far.get() || span.get().last.is_some() || has_new());
    let press = move |_| {
        jump.run(());
        done.run(());
    };
    move || {
        shown.get().then(|| {
            view! {
                <button class="newest scripted" on:click=press>
                    <Icon icon=LuArrowDown />
                    {move || match count.get() {
                        0 => fresh(String::new(), view! { <span class="sr">"To the newest message"</span> }),
                        count => {
                            let new = view! { <span class="count">{count} <span class="sr">" new"</span></span> };
                            fresh(count.to_string(), new)
                        }
                    }}
                </button>
            }
        })
    }
}

/// What is read next without scripts: the page of history around a message.
#[component]
pub fn PageLink(room: RoomId, at: Seq, label: &'static str) -> impl IntoView {
    view! {
        <a class="btn plain scriptless" href=format!("/chats/{room}?at={at}")>
            {label}
        </a>
    }
}
