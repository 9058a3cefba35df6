//! Whom one has blocked, and the way to take that back.

use leptos::{prelude::*, server_fn::ServerFn};
use model::Person;

use crate::{
    call::{Failed, call, serialized_resource, start_eagerly},
    people::calls::{ListBlocked, UnblockPerson},
    ui::{Avatar, form::refusal_of},
};

#[component]
pub fn Blocked() -> impl IntoView {
    let blocked = serialized_resource(start_eagerly(call(ListBlocked {})));
    view! {
        <h2 class="meta font-semibold pt-6 pb-2" id="blocked">
            "Blocked people"
        </h2>
        {refusal_of::<UnblockPerson>().map(|message| view! { <p class="alarm" role="alert">{message}</p> })}
        <Suspense fallback=|| {
            view! {
                <div class="facts" aria-busy="true">
                    <div></div>
                </div>
            }
        }>{move || Suspend::new(async move { list(blocked.await) })}</Suspense>
    }
}

fn list(people: Result<Vec<Person>, Failed>) -> AnyView {
    match people {
        Ok(people) if people.is_empty() => {
            view! { <p class="meta">"Nobody. You can block people from the menu of a chat."</p> }.into_any()
        }
        Ok(people) => {
            let rows = people.into_iter().map(row).collect_view();
            view! { <ul class="facts blocked">{rows}</ul> }.into_any()
        }
        Err(Failed(error)) => view! { <p class="alarm" role="alert">{error.message}</p> }.into_any(),
    }
}

/// A plain form: afterwards the page shows who is left.
fn row(person: Person) -> impl IntoView {
    view! {
        <li>
            <Avatar face=&person size="m" />
            <span class="min-w-0 flex-1">
                <span class="cut block font-medium" dir="auto">
                    {person.name.clone()}
                </span>
                <span class="meta cut block">"@" {person.username}</span>
            </span>
            <form method="post" action=UnblockPerson::url()>
                <input type="hidden" name="person" value=person.id.to_string() />
                <button class="btn plain small" type="submit">
                    "Unblock"
                    <span class="sr">" " {person.name}</span>
                </button>
            </form>
        </li>
    }
}
