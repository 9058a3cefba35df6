//! One person who was found. Choosing them opens the chat.

use icondata_lu::LuMessageCircle;
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_navigate;
use model::{Code, Error, Person};

use crate::{
    live::Live,
    rooms::calls::OpenPrivate,
    ui::{Avatar, Icon, sending::Sending},
};

#[component]
pub fn PersonRow(person: Person) -> impl IntoView {
    let live = expect_context::<Live>();
    let navigate = use_navigate();
    let sending = Sending::new(None);
    let submit = move |event: SubmitEvent| {
        let navigate = navigate.clone();
        sending.submit::<OpenPrivate>(&event, move |room| {
            let id = room.id;
            // It has to be known before its page comes.
            if live.chat.try_update(|chat| chat.room(room)).is_some() {
                navigate(&format!("/chats/{id}"), Default::default());
            }
        });
    };
    view! {
        <form method="post" action=OpenPrivate::url() on:submit=submit>
            <input type="hidden" name="with" value=person.id.to_string() />
            <button class="person" type="submit">
                <Avatar face=&person />
                <span class="min-w-0">
                    <span class="name cut" dir="auto">
                        <span class="sr" dir="ltr">
                            "Message "
                        </span>
                        {person.name.clone()}
                    </span>
                    <span class="meta cut block">"@" {person.username.clone()}</span>
                </span>
                <span class="go">
                    <Icon icon=LuMessageCircle />
                </span>
            </button>
            <div role="alert">{move || sending.error.get().map(refusal)}</div>
        </form>
    }
}

/// Why the chat was not opened, and for somebody one has blocked the way to change that.
pub fn refusal(error: Error) -> impl IntoView {
    let way = (error.code == Code::Forbidden).then(|| {
        view! {
            " "
            <a class="link" href="/settings#blocked">
                "Blocked people"
            </a>
        }
    });
    view! { <p class="alarm">{error.message} {way}</p> }
}
