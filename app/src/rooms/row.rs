//! One chat in the list.

use leptos::prelude::*;
use model::RoomId;

use super::summary::{Last, Summary, one_line};
use crate::{
    live::Live,
    messages::tick::Tick,
    ui::{Avatar, time::machine, use_clock},
};

/// Everything a row depends on, the time of day aside.
#[derive(Clone, PartialEq)]
struct Shown {
    summary: Summary,
    /// It is the open room.
    current: bool,
    draft: String,
}

#[component]
pub fn RoomRow(room: RoomId, open: Memo<Option<RoomId>>) -> impl IntoView {
    let live = expect_context::<Live>();
    let clock = use_clock();
    // A room that is left keeps its last face until its row is gone.
    let shown = Memo::new(move |known: Option<&Option<Shown>>| {
        let current = open.get() == Some(room);
        let draft = one_line(&live.draft(room));
        let summary = live.chat.with(|chat| Summary::of(chat, room));
        let shown = summary.map(|summary| Shown { summary, current, draft });
        shown.or_else(|| known.cloned().flatten())
    });
    move || {
        let Shown { summary, current, draft } = shown.get()?;
        // What is being written in the open room is there to see.
        let draft = if current { String::new() } else { draft };
        let unread = summary.unread;
        let class = if unread > 0 { "room unread" } else { "room" };
        let local = clock.local(summary.at);
        Some(view! {
            <a
                class=class
                href=format!("/chats/{room}")
                aria-current=current.then_some("page")
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
                        {line(summary.last, draft)}
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
        Last::Deleted(words) => view! { <span class="last cut gone">{words}</span> }.into_any(),
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
