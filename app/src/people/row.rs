//! One person who was found. Choosing them opens the chat.

use icondata_lu::LuMessageCircle;
use leptos::prelude::*;
use model::Person;

use crate::{
    accounts::form::failure,
    live::Live,
    rooms::calls::OpenPrivate,
    ui::{Avatar, Icon},
};

#[component]
pub fn PersonRow(person: Person) -> impl IntoView {
    let live = expect_context::<Live>();
    let open = ServerAction::<OpenPrivate>::new();
    // The answer may come when the row is gone, for another list was found.
    let opened = open.value();
    let opened = move || opened.try_get().flatten();
    // The room has to be known before its page comes.
    Effect::new(move || {
        if let Some(Ok(room)) = opened() {
            live.chat.update(|chat| chat.room(room));
        }
    });
    let error = move || failure(opened()).map(|error| view! { <p class="alarm">{error.message}</p> });
    view! {
        <ActionForm action=open>
            <input type="hidden" name="with" value=person.id.to_string() />
            <button class="person" type="submit">
                <Avatar face=&person />
                <span class="min-w-0">
                    <span class="name cut">
                        <span class="sr">"Message "</span>
                        {person.name.clone()}
                    </span>
                    <span class="meta cut block">"@" {person.username.clone()}</span>
                </span>
                <span class="go">
                    <Icon icon=LuMessageCircle />
                </span>
            </button>
            <div role="alert">{error}</div>
        </ActionForm>
    }
}
