//! The list of chats, the most recently active first.

use std::cmp::Reverse;

use icondata_lu::{LuCheckCheck, LuMessageCircle, LuSearch, LuSquarePen, LuUsersRound};
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
    task::spawn_local,
};
use model::{Chat, RoomId, RoomKind, accounts::Me, sort::sort_by_key};

use super::{gone::Gone, row::RoomRow, search, summary::Summary};
use crate::{
    live::Live,
    shell::{pane::Pane, title::use_unread},
    ui::{Icon, browser},
};

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
    let field = NodeRef::<html::Input>::new();
    let text = RwSignal::new(String::new());
    let sought = Memo::new(move |_| text.with(|text| text.trim().to_owned()));
    // Without the program the Tab key stops at each row; with it at one, and arrows lead to the others.
    let reached = RwSignal::new(None::<RoomId>);
    let has_arrows = RwSignal::new(false);
    let stop = Memo::new(move |_| {
        let mut wanted = [reached.get(), open.get()].into_iter().flatten();
        let first = || listed.with(|rooms| rooms.first().copied());
        let known = |room: &RoomId| listed.with(|rooms| rooms.contains(room));
        has_arrows.get().then(|| wanted.find(known).or_else(first)).flatten()
    });
    // Whoever opened a chat has found it.
    Effect::new(move |before: Option<()>| {
        open.track();
        let Some(field) = field.get() else { return };
        if before.is_some() {
            field.set_value("");
        }
        has_arrows.set(true);
        reached.set(None);
        text.set(field.value());
    });
    let is_searching = Memo::new(move |_| sought.with(|sought| !sought.is_empty()));
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
                <form
                    class="find"
                    role="search"
                    aria-label="Chats and people"
                    action="/people"
                    method="get"
                    on:submit=move |event: SubmitEvent| {
                        event.prevent_default();
                        focus_first(scroller);
                    }
                >
                    <Icon icon=LuSearch />
                    <input
                        node_ref=field
                        type="search"
                        name="q"
                        placeholder="Find people"
                        aria-label="Find chats and people"
                        dir="auto"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </form>
            </header>
            <Chips filter chosen has_groups />
            <div
                class="rooms"
                node_ref=scroller
                on:scroll=more
                on:keydown=move |event| {
                    if let Some(room) = move_focus(scroller, &event) {
                        reached.set(Some(room));
                    }
                }
            >
                {move || match (count.get(), filter.get()) {
                    _ if is_searching.get() => view! { <Found sought open /> }.into_any(),
                    (0, Filter::Unread) => view! { <NothingUnread /> }.into_any(),
                    (0, _) => view! { <NoChats /> }.into_any(),
                    _ => {
                        view! {
                            <ul>
                                <For each=rows key=|room| *room let:room>
                                    <li>
                                        <RoomRow room open stop />
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

/// What is found, once the code that finds it is here.
#[component]
fn Found(sought: Memo<String>, open: Memo<Option<RoomId>>) -> impl IntoView {
    let fetched = RwSignal::new(None);
    spawn_local(async move {
        let draw = search::fetch().await.map_err(drop);
        let _ = fetched.try_set(Some(draw));
    });
    move || match fetched.get()? {
        Ok(draw) => Some(draw(sought, open)),
        Err(()) => Some(
            view! { <p class="alarm" role="alert">"The search could not be fetched from the server."</p> }
                .into_any(),
        ),
    }
}

/// Arrows move from row to row. The row that has the focus then.
fn move_focus(scroller: NodeRef<html::Div>, event: &KeyboardEvent) -> Option<RoomId> {
    let rows = scroller.get_untracked()?.get_elements_by_class_name("room");
    let here = browser::focused_in(&rows)?;
    let next = match &*event.key() {
        "ArrowDown" => here + 1,
        "ArrowUp" => here.checked_sub(1)?,
        "Home" => 0,
        "End" => rows.length() - 1,
        _ => return None,
    };
    if event.alt_key() || event.ctrl_key() || event.meta_key() {
        return None;
    }
    event.prevent_default();
    browser::focus_at(&rows, next);
    rows.item(next)?.get_attribute("data-room")?.parse().ok()
}

/// Chats stand above people, so they have the focus in the end.
fn focus_first(scroller: NodeRef<html::Div>) {
    if let Some(scroller) = scroller.get_untracked() {
        for class in ["person", "room"] {
            browser::focus_at(&scroller.get_elements_by_class_name(class), 0);
        }
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
    sort_by_key(&mut rooms, |room| Reverse((active_at(room.id), room.id)));
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
    let username = expect_context::<Me>().username;
    view! {
        <div class="empty">
            <span class="badge">
                <Icon icon=LuMessageCircle />
            </span>
            <p class="title">"No chats yet"</p>
            <p class="meta">"Find someone you know and say hello."</p>
            <p class="meta">
                "Not here yet? Send them this site’s address. They find you as @" {username} "."
            </p>
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
