//! Signing out.

use icondata_lu::LuLogOut;
use leptos::{ev::SubmitEvent, html, prelude::*, server_fn::ServerFn, task::spawn_local};

use crate::{
    accounts::calls::SignOut,
    live::Live,
    ui::{
        Icon,
        dialog::{self, Cancel, Dialog},
        fresh::fresh_text,
    },
};

const DIALOG: &str = "sign-out";

/// A plain form: the program, its socket and its memory end with the session. With scripts it first
/// deletes what this browser keeps, and asks before it deletes messages that are not sent.
#[component]
pub fn SignOutForm() -> impl IntoView {
    let live = expect_context::<Live>();
    let form = NodeRef::<html::Form>::new();
    let leave = move || {
        spawn_local(async move {
            live.forget().await;
            if let Some(form) = form.get_untracked() {
                // Sends the form without coming back here. Fails only for a form not in the page.
                let _ = form.submit();
            }
        });
    };
    let unsent = move || live.chat.with(|chat| chat.outbox().unsent());
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        if live.chat.with_untracked(|chat| chat.outbox().unsent()) == 0 || !dialog::show(DIALOG) {
            leave();
        }
    };
    let messages = move || match unsent() {
        1 => "1 message".to_owned(),
        count => format!("{count} messages"),
    };
    view! {
        <form class="pt-6" method="post" action=SignOut::url() node_ref=form on:submit=on_submit>
            <button class="btn plain text-danger" type="submit">
                <Icon icon=LuLogOut />
                "Sign out"
            </button>
        </form>
        <Dialog id=DIALOG title="Sign out?" back=Callback::new(|()| ())>
            <p class="meta">{move || fresh_text(format!("Not sent yet: {}. Signing out deletes what was not sent.", messages()))}</p>
            <div class="choice">
                <Cancel dialog=DIALOG label="Stay signed in" first=true />
                <button class="btn danger" type="button" on:click=move |_| leave()>
                    {move || fresh_text(format!("Sign out and delete {}", messages()))}
                </button>
            </div>
        </Dialog>
    }
}
