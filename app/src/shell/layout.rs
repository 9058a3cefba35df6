//! The frame of every signed-in view: the bar, the list of chats, and the pane beside it.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};
use model::Code;

use super::{
    bar::Bar,
    connection::Connection,
    pane::{Navigated, Pane},
};
use crate::{
    accounts::next::sign_in_address,
    call::{Failed, call, serialized_resource},
    live::{Link, Live},
    rooms::{
        calls::{GetHome, Home},
        gone::Leaving,
        list::RoomList,
    },
    settings::SettingsPage,
    ui::{browser, skeleton::SkeletonRooms, trouble::Trouble},
};

/// Into the quiet after a start: nothing that is waited for is fetched any more.
const QUIET: Duration = Duration::from_secs(4);

/// Loads what a signed-in person starts from, once; everything after that comes live.
#[component]
pub fn SignedInLayout() -> impl IntoView {
    let location = use_location();
    let path = location.pathname.get_untracked();
    let open = match Pane::of(&path) {
        Pane::Talk(room) => room,
        Pane::List | Pane::Page => None,
    };
    let home = serialized_resource(call(GetHome { open }));
    let sign_in = sign_in_address(&path, &location.search.get_untracked());
    view! {
        <Suspense fallback=Loading>
            {move || {
                let sign_in = sign_in.clone();
                Suspend::new(async move {
                    match home.await {
                        Ok(home) => view! { <Frame home /> }.into_any(),
                        Err(Failed(error)) if error.code == Code::SignedOut => {
                            view! { <Redirect path=sign_in /> }.into_any()
                        }
                        Err(Failed(error)) => {
                            view! {
                                <main class="gate">
                                    <Trouble error />
                                </main>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Frame(home: Home) -> impl IntoView {
    let live = Live::new(&home);
    let path = use_location().pathname;
    let pane = Memo::new(move |_| Pane::of(&path.get()));
    provide_context(live);
    provide_context(home.me);
    provide_context(pane);
    let navigated = Navigated(StoredValue::new(false));
    provide_context(navigated);
    provide_context(Leaving(StoredValue::new(false)));
    Effect::new(move |first: Option<()>| {
        pane.track();
        if first.is_some() {
            navigated.0.set_value(true);
        }
    });
    Effect::new(move || live.start());
    fetch_ahead(live);
    Effect::new(move || {
        if live.link.get() == Link::SignedOut {
            let location = window().location();
            let (path, search) =
                (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
            browser::leave_for(&sign_in_address(&path, &search));
        }
    });
    view! {
        <div class="shell" data-pane=move || pane.get().name()>
            <SkipLink live pane />
            <Bar />
            <main>
                <RoomList />
                <div class="pane" id="content" tabindex="-1">
                    <Connection />
                    <Outlet />
                </div>
            </main>
        </div>
    }
}

/// The first stop of the Tab key: past the bar and the list. Left to the browser, which moves the focus, too.
#[component]
fn SkipLink(live: Live, pane: Memo<Pane>) -> impl IntoView {
    let can_write = Memo::new(move |_| match pane.get() {
        Pane::Talk(Some(room)) => live.chat.with(|chat| chat.conversation(room).is_some()),
        _ => false,
    });
    let target = move || if can_write.get() { "#message" } else { "#content" };
    let label = move || if can_write.get() { "Skip to the message field" } else { "Skip to the content" };
    view! {
        <a class="skip" href=target rel="external">
            {label}
        </a>
    }
}

/// What people open without a connection, too, is fetched while there is one.
fn fetch_ahead(live: Live) {
    Effect::new(move || {
        let fetch = move || {
            if live.link.try_get_untracked() == Some(Link::Open) {
                spawn_local(async { drop(SettingsPage::fetch().await) });
            }
        };
        if let Ok(handle) = set_timeout_with_handle(fetch, QUIET) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// The frame in its final size, while the browser fetches what goes into it.
#[component]
fn Loading() -> impl IntoView {
    view! {
        <div class="shell" data-pane="list">
            <div class="bar"></div>
            <main aria-busy="true">
                <section class="list">
                    <header>
                        <div class="top">
                            <h1 class="heading">"Chats"</h1>
                        </div>
                    </header>
                    <SkeletonRooms />
                </section>
                <div class="pane"></div>
            </main>
        </div>
    }
}
