//! The list of chats, the most recently active first.

use std::cmp::Reverse;

use icondata_lu::{LuCheckCheck, LuMessageCircle, LuSearch, LuSquarePen, LuUsersRound};
use leptos::{html, prelude::*};
use model::{Chat, RoomId, RoomKind};

use super::{gone::Gone, layout::Pane, row::RoomRow, summary::Summary, title::use_unread};
use crate::{live::Live, ui::Icon};

/// Rows drawn at first, and added whenever the end comes near.
const STEP: usize = 60;
/// Pixels from the end that count as near.
const NEAR: i32 = 600;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    All,
    Unread,
    Groups,
}

#[component]
pub fn RoomList() -> impl IntoView {
    let live = expect_context::<Live>();
    let pane = expect_context::<Memo<Pane>>();
    let chosen = RwSignal::new(Filter::All);
    let has_groups = Memo::new(move |_| {
        live.chat.with(|chat| chat.rooms().iter().any(|room| room.kind == RoomKind::Group))
    });
    // With the last group its button goes, too.
    let filter = Memo::new(move |_| match chosen.get() {
        Filter::Groups if !has_groups.get() => Filter::All,
        chosen => chosen,
    });
    let limit = RwSignal::new(STEP);
    let open = Memo::new(move |_| match pane.get() {
        Pane::Talk(room) => room,
        _ => None,
    });
    let listed = Memo::new(move |_| live.chat.with(|chat| list(chat, filter.get(), open.get())));
    let count = Memo::new(move |_| listed.with(Vec::len));
    let rows = move || listed.with(|rooms| rooms.iter().copied().take(limit.get()).collect::<Vec<_>>());
    let scroller = NodeRef::<html::Div>::new();
    let more = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        let left = scroller.scroll_height() - scroller.scroll_top() - scroller.client_height();
        if left < NEAR && limit.get_untracked() < count.get_untracked() {
            limit.update(|limit| *limit += STEP);
        }
    };
    view! {
        <section class="list" aria-label="Chats">
            <header>
                <div class="top">
                    {move || heading(pane.get())}
                    <a class="icon" href="/people/new-group" aria-label="New group" title="New group">
                        <Icon icon=LuUsersRound />
                    </a>
                    <a class="icon" href="/people" aria-label="New chat" title="New chat">
                        <Icon icon=LuSquarePen />
                    </a>
                </div>
                <a class="find" href="/people">
                    <Icon icon=LuSearch />
                    "Find people"
                </a>
            </header>
            <Chips filter chosen has_groups />
            <div class="rooms" node_ref=scroller on:scroll=more>
                {move || match (count.get(), filter.get()) {
                    (0, Filter::Unread) => view! { <NothingUnread /> }.into_any(),
                    (0, _) => view! { <NoChats /> }.into_any(),
                    _ => {
                        view! {
                            <ul>
                                <For each=rows key=|room| *room let:room>
                                    <li>
                                        <RoomRow room open />
                                    </li>
                                </For>
                            </ul>
                        }
                            .into_any()
                    }
                }}
            </div>
            <Gone />
        </section>
    }
}

/// The rooms to list: those that have begun, and the open one.
fn list(chat: &Chat, filter: Filter, open: Option<RoomId>) -> Vec<RoomId> {
    let me = chat.me();
    let mut rooms = chat.rooms();
    rooms.retain(|room| {
        let is_open = Some(room.id) == open;
        let is_wanted = match filter {
            Filter::All => true,
            Filter::Unread => room.unread(me) > 0,
            Filter::Groups => room.kind == RoomKind::Group,
        };
        is_open || Summary::is_started(chat, room) && is_wanted
    });
    // What is on its way counts as activity too.
    let active_at = |room: RoomId| {
        let waiting = chat.waiting(room).map(|pending| pending.at).max();
        waiting.max(chat.conversation(room).map(|conversation| conversation.active_at()))
    };
    rooms.sort_by_cached_key(|room| Reverse((active_at(room.id), room.id)));
    rooms.into_iter().map(|room| room.id).collect()
}

/// Each view has one first heading: here it is this one only while the list is the view.
fn heading(pane: Pane) -> AnyView {
    match pane {
        Pane::List => view! { <h1 class="heading">"Chats"</h1> }.into_any(),
        _ => view! { <h2 class="heading">"Chats"</h2> }.into_any(),
    }
}

#[component]
fn Chips(filter: Memo<Filter>, chosen: RwSignal<Filter>, has_groups: Memo<bool>) -> impl IntoView {
    let unread = use_unread();
    let unread_label = move || match unread.get() {
        0 => "Unread".to_owned(),
        count => format!("Unread {count}"),
    };
    let chip = move |which: Filter, label: Signal<String>| {
        view! {
            <button
                class="chip"
                aria-pressed=move || (filter.get() == which).to_string()
                on:click=move |_| chosen.set(which)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="chips scripted" role="group" aria-label="Show">
            {chip(Filter::All, "All".into())} {chip(Filter::Unread, Signal::derive(unread_label))}
            {move || has_groups.get().then(|| chip(Filter::Groups, "Groups".into()))}
        </div>
    }
}

#[component]
fn NoChats() -> impl IntoView {
    view! {
        <div class="empty">
            <span class="badge">
                <Icon icon=LuMessageCircle />
            </span>
            <p class="title">"No chats yet"</p>
            <p class="meta">"Find someone you know and say hello."</p>
            <a class="btn primary" href="/people">
                "Find people"
            </a>
        </div>
    }
}

#[component]
fn NothingUnread() -> impl IntoView {
    view! {
        <div class="empty">
            <span class="badge">
                <Icon icon=LuCheckCheck />
            </span>
            <p class="title">"All read"</p>
            <p class="meta">"New messages will show up here."</p>
        </div>
    }
}
