//! The messages of a room: a window over what is loaded, which follows the reader.

use icondata_lu::LuArrowDown;
use leptos::{ev, html, prelude::*};
use model::{RoomId, RoomKind, Seq};

use super::{
    change::Changing,
    holes::fill_holes,
    press,
    row::{Decisions, HistoryRow},
    rows::{Frame, Row, first_new, rows},
    scroll::Scroll,
    span::Span,
};
use crate::{
    live::Live,
    rooms::summary::face,
    ui::{Avatar, Icon, browser, use_clock},
};

/// Pixels from an end where more is drawn.
const NEAR: f64 = 800.0;

/// Pixels from the bottom where a reader has surely left the top.
const EDGE: f64 = 100.0;

/// What others can ask of the history.
#[derive(Clone, Copy)]
pub struct ToEnd(pub Callback<()>);

#[component]
pub fn History(
    room: RoomId,
    /// A message to begin at, instead of the newest.
    at: Option<Seq>,
    to_end: RwSignal<Option<ToEnd>>,
    changing: Changing,
    /// Called when a decision has been made about a message, and the hands are free again.
    done: Callback<()>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let clock = use_clock();
    let opening = Opening::of(live, room, at);
    let span = RwSignal::new(opening.span);
    let head = Memo::new(move |_| head(live, room));
    let new = Memo::new(move |_| {
        let read = opening.unread_after?;
        live.chat.with(|chat| first_new(chat, chat.conversation(room)?, read))
    });
    let drawn = Memo::new(move |_| {
        let frame = Frame { span: span.get(), new: new.get(), day: |at| clock.local(at).day };
        live.chat.with(|chat| {
            chat.conversation(room).map(|conversation| rows(chat, conversation, &frame)).unwrap_or_default()
        })
    });
    let keys = move || drawn.with(|rows| rows.iter().map(Row::key).collect::<Vec<_>>());
    let begins = move || {
        span.get().first == Seq(1) && drawn.with(|rows| !matches!(rows.first(), Some(Row::Hole { .. })))
    };
    let (stuck, again) = fill_holes(room, drawn);
    let log = NodeRef::<html::Div>::new();
    let scroll = Scroll::new(log);
    keep_reading(live, room, span, head, drawn, scroll, at);
    let jump = Callback::new(move |()| {
        let here = span.get_untracked();
        let newest = Span::newest(head.get_untracked(), None);
        let stays = here.last.is_none();
        if !stays {
            span.set(newest);
        }
        scroll.to_end(stays && scroll.room().is_some_and(|room| room.below < 2_000.0));
    });
    to_end.set(Some(ToEnd(jump)));
    let decide = move |what: fn(Live, model::MessageId)| {
        Callback::new(move |id| {
            what(live, id);
            done.run(());
        })
    };
    let decisions = Decisions { retry: decide(Live::retry), discard: decide(Live::discard) };
    press::hear(changing, log);
    view! {
        <div
            class="log"
            role="log"
            aria-live="off"
            aria-label="Messages"
            tabindex="0"
            node_ref=log
            on:scroll=move |_| {
                scroll.note();
                extend(span, head, drawn, scroll);
            }
        >
            <div class="col">
                {move || begins().then(|| view! { <Beginning room /> })}
                <For each=keys key=|key| *key let:key>
                    <HistoryRow key rows=drawn again stuck decisions />
                </For>
            </div>
            <div class="sky"></div>
        </div>
        <div class="dock">
            <Newest room span scroll jump done />
        </div>
    }
}

/// The state at the moment of opening; it does not change while the room stays open.
#[derive(Clone, Copy)]
struct Opening {
    span: Span,
    /// The last message that had been read, if there were newer ones.
    unread_after: Option<Seq>,
}

impl Opening {
    fn of(live: Live, room: RoomId, at: Option<Seq>) -> Self {
        live.chat.with_untracked(|chat| {
            let Some(conversation) = chat.conversation(room) else {
                return Self { span: Span::newest(Seq::ZERO, None), unread_after: None };
            };
            let head = conversation.timeline.last_seq();
            let span = match at {
                Some(at) => Span::around(at.min(head), head),
                None => Span::newest(head, conversation.timeline.tail_start()),
            };
            let mark = conversation.room.mark(chat.me()).filter(|_| conversation.room.unread(chat.me()) > 0);
            Self { span, unread_after: mark.map(|mark| mark.read) }
        })
    }
}

fn head(live: Live, room: RoomId) -> Seq {
    live.chat.with(|chat| {
        chat.conversation(room).map_or(Seq::ZERO, |conversation| conversation.timeline.last_seq())
    })
}

/// Draws more where the reader comes near an end.
fn extend(span: RwSignal<Span>, head: Memo<Seq>, drawn: Memo<Vec<Row>>, scroll: Scroll) {
    let Some(left) = scroll.room() else { return };
    let (Some(here), Some(head)) = (span.try_get_untracked(), head.try_get_untracked()) else { return };
    // An end that is still being fetched is waited for; and while the top is, the bottom takes back
    // what it was given only from a reader who has gone there.
    let waits = |row: Option<&Row>| matches!(row, Some(Row::Hole { .. }));
    let (top, bottom) = drawn.with_untracked(|rows| (waits(rows.first()), waits(rows.last())));
    if left.above < NEAR && here.first > Seq(1) && !top {
        span.set(here.older(head));
    } else if left.below < (if top { EDGE } else { NEAR }) && here.last.is_some() && !bottom {
        span.set(here.newer(head));
    }
}

/// Everything the browser does for the reader: holding the line, following the newest, reporting
/// what has been seen.
fn keep_reading(
    live: Live,
    room: RoomId,
    span: RwSignal<Span>,
    head: Memo<Seq>,
    drawn: Memo<Vec<Row>>,
    scroll: Scroll,
    at: Option<Seq>,
) {
    // The effect keeps what it returns: the watch ends with it, and never exists on the server.
    Effect::new(move |_: Option<_>| {
        let watch = scroll.watch();
        match at {
            Some(at) => scroll.to_message(at),
            None => scroll.note(),
        }
        watch
    });
    Effect::new(move || {
        drawn.track();
        request_animation_frame(move || extend(span, head, drawn, scroll));
    });
    Effect::new(move || {
        let head = head.get();
        let here = span.get_untracked();
        let next = if scroll.at_end.get() { here.follow(head) } else { here.stay(head) };
        if next != here {
            span.set(next);
        }
    });
    let attended = RwSignal::new(false);
    Effect::new(move || {
        attended.set(browser::is_attended());
        let look = move || attended.set(browser::is_attended());
        let handles = [
            window_event_listener(ev::focus, move |_| look()),
            window_event_listener(ev::blur, move |_| look()),
            window_event_listener(ev::visibilitychange, move |_| look()),
        ];
        on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    });
    Effect::new(move || {
        if attended.get() && scroll.at_end.get() && span.get().last.is_none() {
            live.read_upto(room, head.get());
        }
    });
}

/// What stands above the first message.
#[component]
fn Beginning(room: RoomId) -> impl IntoView {
    let live = expect_context::<Live>();
    // A group may get another name.
    let name = Memo::new(move |_| {
        live.chat.with(|chat| Some(chat.conversation(room)?.room.name(chat.me()).to_owned()))
    });
    let name = move || name.get().unwrap_or_default();
    live.chat.with_untracked(|chat| {
        let room = &chat.conversation(room)?.room;
        let (size, of) = match room.kind {
            RoomKind::Private => ("xl", "your chat with "),
            RoomKind::Group => ("xl sq", ""),
        };
        Some(view! {
            <div class="beginning">
                <Avatar face=face(room, chat) size />
                <b>{name}</b>
                <span class="meta">"This is the beginning of " {of} {name} "."</span>
            </div>
        })
    })
}

/// The way back to the newest message, with the count of those not seen.
#[component]
fn Newest(
    room: RoomId,
    span: RwSignal<Span>,
    scroll: Scroll,
    jump: Callback<()>,
    done: Callback<()>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let shown = Memo::new(move |_| scroll.is_far.get() || span.get().last.is_some());
    let count = Memo::new(move |_| {
        live.chat.with(|chat| chat.conversation(room).map_or(0, |it| it.room.unread(chat.me())))
    });
    let press = move |_| {
        jump.run(());
        done.run(());
    };
    move || {
        shown.get().then(|| {
            view! {
                <button class="newest scripted" on:click=press>
                    <Icon icon=LuArrowDown class="s" />
                    {move || match count.get() {
                        0 => view! { <span class="sr">"To the newest message"</span> }.into_any(),
                        count => view! { <span>{count} " new"</span> }.into_any(),
                    }}
                </button>
            }
        })
    }
}
