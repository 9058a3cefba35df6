//! The messages of a room: a window over what is loaded, which follows the reader.

use leptos::{ev, html, prelude::*};
use model::{Chat, RoomId, RoomKind, Seq};

use super::{
    change::Changing,
    holes::fill_holes,
    in_frames::in_frames,
    keys::hear_keys,
    newest::{Newest, PageLink},
    press,
    row::{Decisions, HistoryRow},
    rows::{Frame, Row, first_new, rows},
    scroll::Scroll,
    span::Span,
    start::Start,
    to_end::ToEnd,
};
use crate::{
    live::{Link, Live},
    rooms::summary::face,
    ui::{Avatar, browser, fresh::fresh, use_clock},
};

/// Pixels from an end where more is drawn.
const NEAR: f64 = 800.0;

/// The same above a reader who rests. Chromium breaks off an animation (of a key, of a wheel) when something is
/// added above, so more is drawn before one begins.
const EARLY: f64 = 2.0 * NEAR;

/// Pixels from the bottom where a reader has surely left the top.
const EDGE: f64 = 100.0;

#[component]
pub fn History(
    room: RoomId,
    start: Start,
    to_end: RwSignal<Option<ToEnd>>,
    changing: Changing,
    /// Called when a decision has been made about a message, and the hands are free again.
    done: Callback<()>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let clock = use_clock();
    let opening = Opening::of(live, room, start);
    let span = RwSignal::new(opening.span);
    let head = Memo::new(move |_| head(live, room));
    let new = Memo::new(move |_| {
        let read = opening.unread_after?;
        live.chat.with(|chat| first_new(chat, chat.conversation(room)?, read))
    });
    let linked = start.linked();
    let drawn = move || {
        let frame = Frame { span: span.get(), new: new.get(), linked, day: |at| clock.local(at).day };
        live.chat.with(|chat| {
            chat.conversation(room).map(|conversation| rows(chat, conversation, &frame)).unwrap_or_default()
        })
    };
    let older = (opening.span.first > Seq(1)).then_some(opening.span.first);
    let newer = opening.span.last;
    let log = NodeRef::<html::Div>::new();
    let scroll = Scroll::new(live.chat.with_untracked(Chat::me), room, log, span);
    let rows = in_frames(drawn, scroll);
    let (stuck, again) = fill_holes(room, rows);
    let keys = move || rows.with(|rows| rows.iter().map(Row::key).collect::<Vec<_>>());
    let begins = move || {
        span.get().first == Seq(1) && rows.with(|rows| !matches!(rows.first(), Some(Row::Hole { .. })))
    };
    let window = Window { span, head, rows, scroll };
    keep_reading(live, room, window, start);
    let return_to_newest = move |smoothly: bool| {
        let here = span.get_untracked();
        let newest = Span::newest(head.get_untracked(), None);
        let stays = here.last.is_none();
        if !stays {
            span.set(newest);
        }
        scroll.to_end(smoothly && stays && scroll.room().is_some_and(|room| room.below < 2_000.0));
    };
    let jump = Callback::new(move |()| return_to_newest(true));
    // A message that is sent comes while the view would still be on its way.
    to_end.set(Some(ToEnd(Callback::new(move |()| return_to_newest(false)))));
    let decide = move |what: fn(Live, model::ChangeId)| {
        Callback::new(move |id: model::MessageId| {
            what(live, id.into());
            done.run(());
        })
    };
    let decisions = Decisions { retry: decide(Live::retry), discard: decide(Live::discard) };
    press::hear(changing, log);
    hear_keys(scroll, jump, done);
    view! {
        <div
            class="log"
            role="log"
            aria-live="off"
            aria-label="Messages"
            tabindex="0"
            node_ref=log
            data-start=start.seq().map(|seq| seq.to_string())
            data-top=start.top()
            on:scroll=move |_| {
                scroll.scrolled();
                window.extend(NEAR);
            }
        >
            <div class="col">
                {older.map(|at| view! { <PageLink room at label="Older messages" /> })}
                {move || begins().then(|| view! { <Beginning room /> })}
                <For each=keys key=|key| *key let:key>
                    <HistoryRow key rows again stuck decisions />
                </For>
                {newer.map(|at| view! { <PageLink room at label="Newer messages" /> })}
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
    fn of(live: Live, room: RoomId, start: Start) -> Self {
        live.chat.with_untracked(|chat| {
            let Some(conversation) = chat.conversation(room) else {
                return Self { span: Span::newest(Seq::ZERO, None), unread_after: None };
            };
            let head = conversation.timeline.last_seq();
            let span = match start.around(head) {
                Some(seq) => Span::around(seq, head),
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

/// What is drawn of the history, and where the reader is in it. Cheap to copy.
#[derive(Clone, Copy)]
struct Window {
    span: RwSignal<Span>,
    head: Memo<Seq>,
    rows: RwSignal<Vec<Row>>,
    scroll: Scroll,
}

impl Window {
    /// Draws more where the reader comes near an end: nearer than `above` pixels to the upper one.
    fn extend(self, above: f64) {
        let Some(left) = self.scroll.room() else { return };
        let (Some(here), Some(head)) = (self.span.try_get_untracked(), self.head.try_get_untracked()) else {
            return;
        };
        // An end that is still being fetched is waited for; and while the top is, the bottom takes back
        // what it was given only from a reader who has gone there.
        let waits = |row: &Row| matches!(row, Row::Hole { .. });
        let ends = self.rows.with_untracked(|rows| {
            let (first, last) = (rows.first()?, rows.last()?);
            // What was asked for before is not on the page yet.
            let is_late = first.begin() > Some(here.first) || here.last > last.end();
            (!is_late).then(|| (waits(first), waits(last)))
        });
        let Some((top, bottom)) = ends else { return };
        if left.above < above && here.first > Seq(1) && !top {
            self.span.set(here.older(head, self.scroll.seen.get_untracked()));
        } else if left.below < (if top { EDGE } else { NEAR }) && here.last.is_some() && !bottom {
            self.span.set(here.newer(head, self.scroll.reads().unwrap_or(head)));
        }
    }
}

/// Everything the browser does for the reader: holding the line, following the newest, reporting
/// what has been seen.
fn keep_reading(live: Live, room: RoomId, window: Window, start: Start) {
    let Window { span, head, rows, scroll } = window;
    // The effect keeps what it returns: the watch ends with it, and never exists on the server.
    Effect::new(move |_: Option<_>| {
        let watch = scroll.watch(move || window.extend(NEAR));
        scroll.open(start);
        // Whoever leaves the chat or the page while the view scrolls has not rested.
        let leaves = window_event_listener(ev::pagehide, move |_| {
            if live.link.try_get_untracked() != Some(Link::SignedOut) {
                scroll.keep_position();
            }
        });
        on_cleanup(move || {
            leaves.remove();
            scroll.keep_position();
        });
        watch
    });
    Effect::new(move || {
        rows.track();
        request_animation_frame(move || scroll.numbered());
    });
    Effect::new(move || {
        scroll.rested.track();
        window.extend(EARLY);
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
        if attended.get() {
            live.read_upto(room, scroll.seen.get());
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
                {move || fresh(name(), view! { <b><bdi>{name()}</bdi></b> })}
                {move || {
                    let beginning = view! {
                        <span class="meta">"This is the beginning of " {of} <bdi>{name()}</bdi> "."</span>
                    };
                    fresh(name(), beginning)
                }}
            </div>
        })
    })
}
