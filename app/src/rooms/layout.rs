//! What stands around every signed-in view: the bar, the list of chats, and the pane beside it.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};
use model::{Code, RoomId};

use super::{
    bar::Bar,
    calls::{Home, get_home},
    connection::Connection,
    gone::Leaving,
    list::RoomList,
};
use crate::{
    call::{Failed, carried},
    live::{Link, Live},
    settings::SettingsPage,
    ui::{browser, skeleton::SkeletonRooms, trouble::Trouble},
};

/// Into the quiet after a start: nothing that is waited for is fetched any more.
const QUIET: Duration = Duration::from_secs(4);

/// What the pane holds, as far as the layout cares; phones show one thing at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// Nothing: the list is the view.
    List,
    /// A conversation.
    Talk(Option<RoomId>),
    /// Any other page.
    Page,
}

impl Pane {
    fn of(path: &str) -> Self {
        match path.trim_end_matches('/').strip_prefix("/chats") {
            None => Self::Page,
            Some("") => Self::List,
            Some(rest) => Self::Talk(rest.trim_start_matches('/').parse().ok()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Talk(_) => "talk",
            Self::Page => "page",
        }
    }
}

/// Whether the view on the screen is another than the one the page came with.
#[derive(Clone, Copy)]
pub struct Navigated(pub StoredValue<bool>);

/// Loads what a signed-in person starts from, once; everything after that comes live.
#[component]
pub fn SignedInLayout() -> impl IntoView {
    let home = carried(get_home());
    view! {
        <Suspense fallback=Loading>
            {move || Suspend::new(async move {
                match home.await {
                    Ok(home) => view! { <Frame home /> }.into_any(),
                    Err(Failed(error)) if error.code == Code::SignedOut => {
                        view! { <Redirect path="/sign-in" /> }.into_any()
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
            })}
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
            browser::leave_for("/sign-in");
        }
    });
    view! {
        <div class="shell" data-pane=move || pane.get().name()>
            <Bar />
            <main>
                <RoomList />
                <div class="pane">
                    <Connection />
                    <Outlet />
                </div>
            </main>
        </div>
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
