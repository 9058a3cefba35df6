//! The way between the main views: a rail on wide screens, a bar at the bottom on others.

use icondata_lu::{LuMessageCircle, LuSettings, LuUsers};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::accounts::Me;

use super::title::use_unread;
use crate::ui::{Avatar, Icon, Mark};

#[component]
pub fn Bar() -> impl IntoView {
    let me = expect_context::<Me>();
    let unread = use_unread();
    let dot = move || match unread.get() {
        0 => None,
        1..=99 => Some(unread.get().to_string()),
        _ => Some("99+".to_owned()),
    };
    view! {
        <nav class="bar" aria-label="Main">
            <Mark />
            <a href="/chats" aria-current=current("/chats")>
                <Icon icon=LuMessageCircle />
                <span class="label">"Chats"</span>
                {move || {
                    dot()
                        .map(|count| {
                            view! {
                                <span class="dot">
                                    {count} <span class="sr">" unread"</span>
                                </span>
                            }
                        })
                }}
            </a>
            <a href="/people" aria-current=current("/people")>
                <Icon icon=LuUsers />
                <span class="label">"People"</span>
            </a>
            <a class="settings" href="/settings" aria-current=current("/settings")>
                <Icon icon=LuSettings />
                <span class="label">"Settings"</span>
            </a>
            <span class="me" title=format!("{} (@{})", me.name, me.username)>
                <Avatar face=&me size="xs" />
            </span>
        </nav>
    }
}

/// `page` on the view itself and on what lies below it.
fn current(path: &'static str) -> impl Fn() -> Option<&'static str> + Send {
    let here = use_location().pathname;
    move || here.with(|here| here.starts_with(path)).then_some("page")
}
