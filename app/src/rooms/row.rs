//! One chat in the list.

use leptos::prelude::*;
use model::RoomId;

use super::summary::{Last, Summary, one_line};
use crate::{
    live::Live,
    messages::tick::Tick,
    ui::{Avatar, time::machine, use_clock},
};

#[component]
pub fn RoomRow(room: RoomId, open: Memo<Option<RoomId>>) -> impl IntoView {
    let live = expect_context::<Live>();
    let clock = use_clock();
    // A room that is left keeps its last face until its row is gone.
    let summary = Memo::new(move |known: Option<&Option<Summary>>| {
        live.chat.with(|chat| Summary::of(chat, room)).or_else(|| known.cloned().flatten())
    });
    let draft = Memo::new(move |_| match open.get() == Some(room) {
        // What is being written is there to see.
        true => String::new(),
        false => one_line(&live.draft(room)),
    });
    let current = move || (open.get() == Some(room)).then_some("page");
    move || {
        let summary = summary.get()?;
        let unread = summary.unread;
        let class = if unread > 0 { "room unread" } else { "room" };
        let local = clock.local(summary.at);
        Some(view! {
            <a
                class=class
                href=format!("/chats/{room}")
                aria-current=current()
                data-room=room.to_string()
            >
                <Avatar face=summary.face size=if summary.is_group { "sq" } else { "" } />
                <span class="min-w-0">
                    <span class="top">
                        <span class="name cut">{summary.name}</span>
                        <time datetime=machine(summary.at) title=local.exact()>
                            {clock.brief(summary.at)}
                        </time>
                    </span>
                    <span class="bot">
                        {line(summary.last, draft.get())}
                        {(unread > 0)
                            .then(|| {
                                view! {
                                    <span class="count">
                                        {if unread > 999 { "999+".to_owned() } else { unread.to_string() }}
                                        <span class="sr">" unread"</span>
                                    </span>
                                }
                            })}
                    </span>
                </span>
            </a>
        })
    }
}

fn line(last: Last, draft: String) -> AnyView {
    if !draft.is_empty() {
        return view! {
            <span class="last cut">
                <span class="draft">"Draft: "</span>
                {draft}
            </span>
        }
        .into_any();
    }
    match last {
        Last::Nothing => view! { <span class="last cut">"No messages yet"</span> }.into_any(),
        Last::Mine { text, delivery } => view! {
            <Tick delivery />
            <span class="last cut">"You: " {text}</span>
        }
        .into_any(),
        Last::Theirs { author, text } => view! {
            <span class="last cut">{author.map(|author| format!("{author}: "))} {text}</span>
        }
        .into_any(),
    }
}
