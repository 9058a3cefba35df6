//! `/chats` and `/chats/:room`, with `?at=` a message number, and with `?details` what there is to know of it.

use icondata_lu::LuMessageCircle;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{Error, RoomId, Seq};

use super::conversation::Conversation;
use crate::{
    call::Failed,
    rooms::details::{Details, QUERY},
    shell::title::PageTitle,
    ui::{Icon, trouble::Trouble},
};

#[component]
pub fn RoomPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let place = Memo::new(move |_| {
        let room = params.with(|params| params.get("room"))?.parse::<RoomId>().ok()?;
        let at = query.with(|query| query.get("at")).and_then(|at| at.parse().ok());
        Some((room, at.filter(|at| *at > 0).map(Seq)))
    });
    // The conversation stands as it is while they come and go.
    let details = Memo::new(move |_| query.with(|query| query.get(QUERY)).is_some());
    // Keyed, so that nothing of one room's elements, such as the text in a field, is left to the next.
    view! {
        <For each=move || [place.get()] key=|place| *place let:place>
            {match place {
                Some((room, at)) => {
                    view! {
                        <Conversation room at />
                        <Details room at open=details />
                    }
                        .into_any()
                }
                None => {
                    let Failed(error) = Failed::from(Error::not_found("chat"));
                    view! { <Trouble error /> }.into_any()
                }
            }}
        </For>
    }
    .into_any()
}

/// Beside the list, while no chat is open.
#[component]
pub fn NoneChosen() -> impl IntoView {
    view! {
        <PageTitle name=String::new() />
        <div class="empty">
            <span class="badge">
                <Icon icon=LuMessageCircle />
            </span>
            <p class="title">"Your messages"</p>
            <p class="meta">"Choose a chat, or find somebody to talk to."</p>
            <a class="btn plain" href="/people">
                "Find people"
            </a>
        </div>
    }
    .into_any()
}
