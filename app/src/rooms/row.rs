//! One chat in the list.

use leptos::prelude::*;
use model::RoomId;

use super::summary::{Last, Summary, one_line};
use crate::{
    live::Live,
    messages::tick::Tick,
    ui::{Avatar, fresh::fresh, time::machine, use_clock},
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
pub fn RoomRow(
    room: RoomId,
    open: Memo<Option<RoomId>>,
    /// The one row that the Tab key stops at; each of them if there is none.
    stop: Memo<Option<RoomId>>,
) -> impl IntoView {
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
                tabindex=move || stop.get().is_some_and(|stop| stop != room).then_some("-1")
                aria-current=current.then_some("page")
                data-room=room.to_string()
            >
                <Avatar face=summary.face size=if summary.is_group { "sq" } else { "" } />
                <span class="min-w-0">
                    <span class="top">
                        {fresh(
                            summary.name.clone(),
                            view! {
                                <span class="name cut" dir="auto">
                                    {summary.name}
                                </span>
                            },
                        )}
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
        return preview(Some(view! { <span class="draft">"Draft: "</span> }), draft);
    }
    match last {
        Last::Nothing => view! { <span class="last cut">"No messages yet"</span> }.into_any(),
        Last::Deleted(words) => view! { <span class="last cut gone">{words}</span> }.into_any(),
        Last::Mine { text, delivery } => view! {
            <Tick delivery />
            {fresh(text.clone(), preview(Some("You: "), text))}
        }
        .into_any(),
        Last::Theirs { author, text } => {
            let key = format!("{}: {text}", author.as_deref().unwrap_or_default());
            fresh(key, preview(author.map(|author| view! { <bdi>{author}</bdi> ": " }), text)).into_any()
        }
    }
}

/// The text has its own direction, and what stands before it stays on the left.
fn preview(before: Option<impl IntoView + 'static>, text: String) -> AnyView {
    view! {
        <span class="last flex">
            {before.map(|before| view! { <span class="before">{before}</span> })}
            <span class="cut" dir="auto">
                {text}
            </span>
        </span>
    }
    .into_any()
}
