//! Signing out.

use icondata_lu::LuLogOut;
use leptos::{ev::SubmitEvent, html, prelude::*, server_fn::ServerFn, task::spawn_local};
use model::{Chat, outbox::Lane};

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
/// deletes what this browser keeps, and asks before it deletes messages and changes that are not sent.
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
    let is_all_sent = move || live.chat.with_untracked(|chat| unsent(chat).is_empty());
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_all_sent() || !dialog::show(DIALOG) {
            leave();
        }
    };
    // What was not sent may be sent while the dialog is open.
    let unsent = move || Some(live.chat.with(unsent)).filter(|text| !text.is_empty());
    let unsent = move || unsent().unwrap_or_else(|| "0 messages".to_owned());
    view! {
        <form class="pt-6" method="post" action=SignOut::url() node_ref=form on:submit=on_submit>
            <button class="btn plain text-danger" type="submit">
                <Icon icon=LuLogOut />
                "Sign out"
            </button>
        </form>
        <Dialog id=DIALOG title="Sign out?" back=Callback::new(|()| ())>
            <p class="meta">{move || fresh_text(format!("Not sent yet: {}. Signing out deletes what was not sent.", unsent()))}</p>
            <div class="choice">
                <Cancel dialog=DIALOG label="Stay signed in" first=true />
                <button class="btn danger" type="button" on:click=move |_| leave()>
                    {move || fresh_text(format!("Sign out and delete {}", unsent()))}
                </button>
            </div>
        </Dialog>
    }
}

/// `2 messages and 1 change`; empty if everything is sent.
fn unsent(chat: &Chat) -> String {
    let lanes = [(Lane::Messages, "message"), (Lane::Changes, "change")];
    let counted = lanes.into_iter().filter_map(|(lane, name)| match chat.outbox().unsent(lane) {
        0 => None,
        1 => Some(format!("1 {name}")),
        count => Some(format!("{count} {name}s")),
    });
    counted.collect::<Vec<_>>().join(" and ")
}
