//! Something went wrong with a whole view: what, and what to do.

use icondata_lu::{LuCircleAlert, LuCompass};
use leptos::prelude::*;
use model::{Code, Error};

use super::{Icon, recovery, title::Title};

/// An error in place of a view. One that passes is gone as soon as it has.
#[component]
pub fn Trouble(error: Error) -> impl IntoView {
    let title = match error.code {
        Code::NotFound => "Not here",
        _ => "That did not work",
    };
    if error.code == Code::Unavailable {
        recovery::reload_when_ready();
    }
    view! {
        <Title text=format!("{title} · Rapport") />
        <div class="empty" role="alert">
            <span class="badge">
                <Icon icon=LuCircleAlert />
            </span>
            <h1 class="title">{title}</h1>
            <p class="meta">{error.message}</p>
            {match error.code {
                Code::NotFound => view! { <a class="btn plain" href="/chats">"To your chats"</a> }.into_any(),
                // A plain reload of the same address.
                _ => view! { <a class="btn plain" href="" rel="external">"Try again"</a> }.into_any(),
            }}
        </div>
    }
}

/// An address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found · Rapport" />
        <main class="gate">
            <div class="empty">
                <span class="badge">
                    <Icon icon=LuCompass />
                </span>
                <h1 class="title">"There is nothing here"</h1>
                <p class="meta">"The address may be mistyped, or what was here is gone."</p>
                <a class="btn primary" href="/chats">"To your chats"</a>
            </div>
        </main>
    }
}
