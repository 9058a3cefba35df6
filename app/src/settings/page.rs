//! `/settings`

use leptos::prelude::*;
use model::accounts::Me;

use super::{blocked::Blocked, sign_out::SignOutForm, theme::ThemeChoice};
use crate::{shell::title::PageTitle, ui::Avatar};

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
                        <p class="cut text-17 font-semibold" dir="auto">
                            {me.name.clone()}
                        </p>
                        <p class="cut meta">"@" {me.username.clone()}</p>
                    </div>
                </div>
                <dl class="facts">
                    <div>
                        <dt>"Name"</dt>
                        <dd>
                            <bdi>{me.name.clone()}</bdi>
                        </dd>
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
