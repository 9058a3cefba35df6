//! `/settings`

use icondata_lu::LuLogOut;
use leptos::{ev::SubmitEvent, html, prelude::*, server_fn::ServerFn, task::spawn_local};
use model::accounts::Me;

use super::{blocked::Blocked, theme::ThemeChoice};
use crate::{
    accounts::calls::SignOut,
    live::Live,
    rooms::title::PageTitle,
    ui::{Avatar, Icon},
};

#[component]
pub fn Settings() -> impl IntoView {
    let me = expect_context::<Me>();
    view! {
        <PageTitle name="Settings".to_owned() />
        <div class="page">
            <div class="inner">
                <h1 class="heading">"Settings"</h1>
                <div class="flex items-center gap-4 pb-5">
                    <Avatar face=&me size="xl" />
                    <div class="min-w-0">
                        <p class="cut text-17 font-semibold">{me.name.clone()}</p>
                        <p class="cut meta">"@" {me.username.clone()}</p>
                    </div>
                </div>
                <dl class="facts">
                    <div>
                        <dt>"Name"</dt>
                        <dd>{me.name.clone()}</dd>
                    </div>
                    <div>
                        <dt>"Username"</dt>
                        <dd>{me.username.clone()}</dd>
                    </div>
                    <div>
                        <dt>"E-mail"</dt>
                        <dd>{me.email.clone()}</dd>
                    </div>
                </dl>
                <h2 class="meta font-semibold pt-6 pb-2">"Appearance"</h2>
                <div class="facts">
                    <div>
                        <span class="term">"Theme"</span>
                        <ThemeChoice />
                    </div>
                </div>
                <Blocked />
                <SignOutForm />
            </div>
        </div>
    }
    .into_any()
}

/// A plain form: the program, its socket and its memory end with the session. With scripts it first
/// deletes what this browser keeps.
#[component]
fn SignOutForm() -> impl IntoView {
    let live = expect_context::<Live>();
    let form = NodeRef::<html::Form>::new();
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            live.forget().await;
            if let Some(form) = form.get_untracked() {
                // Sends the form without coming back here. Fails only for a form not in the page.
                let _ = form.submit();
            }
        });
    };
    view! {
        <form class="pt-6" method="post" action=SignOut::url() node_ref=form on:submit=on_submit>
            <button class="btn plain text-danger" type="submit">
                <Icon icon=LuLogOut />
                "Sign out"
            </button>
        </form>
    }
}
