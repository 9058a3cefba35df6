//! `/settings`

use icondata_lu::LuLogOut;
use leptos::{prelude::*, server_fn::ServerFn};
use model::accounts::Me;

use super::theme::ThemeChoice;
use crate::{
    accounts::calls::SignOut,
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
                // A plain form: the program, its socket and its memory end with the session.
                <form class="pt-6" method="post" action=SignOut::url()>
                    <button class="btn plain text-danger" type="submit">
                        <Icon icon=LuLogOut />
                        "Sign out"
                    </button>
                </form>
            </div>
        </div>
    }
    .into_any()
}
