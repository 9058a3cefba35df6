//! `/people`: find somebody to talk to.

use std::time::Duration;

use icondata_lu::{LuSearch, LuUsers, LuUsersRound};
use leptos::{ev::SubmitEvent, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate, hooks::use_query_map};
use model::Person;

use super::{
    calls::FindPeople,
    row::{self, PersonRow},
};
use crate::{
    call::{Failed, call, start_eagerly},
    rooms::calls::OpenPrivate,
    shell::title::PageTitle,
    ui::{Icon, browser, form::refusal},
};

/// A pause in typing as long as this asks the server.
const PAUSE: Duration = Duration::from_millis(200);

#[component]
pub fn FindPeople() -> impl IntoView {
    let refused = refusal::<OpenPrivate>();
    let asked = use_query_map();
    let asked = Memo::new(move |_| asked.with(|query| query.get("q").unwrap_or_default()));
    let people =
        Resource::new_blocking(move || asked.get(), |asked| start_eagerly(call(FindPeople { q: asked })));
    view! {
        <PageTitle name="People".to_owned() />
        <div class="page">
            <div class="inner">
                <div class="heads">
                    <h1 class="heading">"People"</h1>
                    <a class="btn plain small" href="/people/new-group">
                        <Icon icon=LuUsersRound class="s" />
                        "New group"
                    </a>
                </div>
                <SearchField asked />
                {refused.map(row::refusal)}
                <div class="pt-3">
                    <Transition fallback=|| ()>
                        {move || {
                            let asked = asked.get();
                            Suspend::new(async move { results(people.await, asked) })
                        }}
                    </Transition>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// A plain form that asks by address; with scripts, while one types.
#[component]
fn SearchField(asked: Memo<String>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let navigate = use_navigate();
    let ask = move || {
        let Some(field) = field.try_get_untracked().flatten() else { return };
        let query = field.value();
        if query.trim() == asked.get_untracked().trim() {
            return;
        }
        let query = String::from(js_sys::encode_uri_component(query.trim()));
        let replace = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&format!("/people?q={query}"), replace);
    };
    let ask_now = ask.clone();
    let forget = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    // Whoever chose a person while the pause ran is elsewhere by its end.
    on_cleanup(forget);
    let on_input = move |_| {
        forget();
        waiting.set_value(set_timeout_with_handle(ask.clone(), PAUSE).ok());
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask_now();
    };
    Effect::new(move || {
        if let Some(field) = field.get()
            && !browser::matches("(pointer: coarse)")
        {
            let _ = field.focus();
        }
    });
    view! {
        <form class="find" role="search" action="/people" method="get" on:submit=on_submit>
            <Icon icon=LuSearch />
            <input
                node_ref=field
                type="search"
                name="q"
                value=asked.get_untracked()
                placeholder="Name or username"
                aria-label="Find people by name or username"
                dir="auto"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                on:input=on_input
            />
        </form>
    }
}

fn results(people: Result<Vec<Person>, Failed>, asked: String) -> AnyView {
    let people = match people {
        Ok(people) => people,
        Err(Failed(error)) => return view! { <p class="alarm" role="alert">{error.message}</p> }.into_any(),
    };
    let count = people.len();
    let said = match (count, asked.is_empty()) {
        (_, true) => String::new(),
        // Not what was asked for: an address could put any words here.
        (0, _) => "Nobody found".to_owned(),
        (1, _) => "1 person found".to_owned(),
        (count, _) => format!("{count} people found"),
    };
    if count > 0 {
        let rows = people.into_iter().map(|person| view! { <li><PersonRow person /></li> }).collect_view();
        return view! {
            <p class="sr" role="status">{said}</p>
            <ul>{rows}</ul>
        }
        .into_any();
    }
    let (title, hint) = match asked.is_empty() {
        true => ("Who are you looking for?".to_owned(), "Type the beginning of a name or a username."),
        false => (
            said,
            "Check the spelling, or ask for their username. Who has no account yet needs this site’s address.",
        ),
    };
    view! {
        <div class="empty" role="status">
            <span class="badge">
                <Icon icon=LuUsers />
            </span>
            <p class="title">{title}</p>
            <p class="meta">{hint}</p>
        </div>
    }
    .into_any()
}
