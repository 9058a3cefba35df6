//! What becomes of the view of a room that somebody is no longer in.

use icondata_lu::LuX;
use leptos::prelude::*;
use model::{Chat, RoomId};

use crate::{
    live::Live,
    shell::pane::Pane,
    ui::{Icon, browser, tab_storage},
};

/// Under which this tab takes the title of the group over to the list.
const TITLE: &str = "rapport-gone";

/// Whether this page itself is leaving its room.
#[derive(Clone, Copy)]
pub struct Leaving(pub StoredValue<bool>);

/// Whoever leaves the room, on this device or another, or is removed from it, is back at the list.
pub fn go_when_left(live: Live, room: RoomId) {
    let leaving = expect_context::<Leaving>().0;
    let title = Memo::new(move |_| live.chat.with(|chat| title(chat, room)));
    Effect::new(move |before: Option<Option<Option<String>>>| {
        let now = title.get();
        if now.is_none() {
            if let (Some(Some(Some(title))), false) = (before, leaving.get_value()) {
                tell(&title);
            }
            browser::leave_for("/chats");
        }
        now
    });
}

/// None for a room that is not here, and within it none for one without a title.
fn title(chat: &Chat, room: RoomId) -> Option<Option<String>> {
    chat.conversation(room).map(|known| known.room.title.clone())
}

/// Says over the list which group one has just been taken from.
#[component]
pub fn Gone() -> impl IntoView {
    let pane = expect_context::<Memo<Pane>>();
    let title = RwSignal::new(None::<String>);
    // Whoever goes on has read it.
    Effect::new(move |before: Option<Pane>| {
        let now = pane.get();
        match before {
            None => title.set(told()),
            Some(before) if before != now => title.set(None),
            Some(_) => {}
        }
        now
    });
    let toast = move |group: String| {
        view! {
            <p class="toast">
                <span class="min-w-0 flex-1">"You are no longer in " <bdi>{group}</bdi> "."</span>
                <button class="icon" type="button" aria-label="Close" on:click=move |_| title.set(None)>
                    <Icon icon=LuX class="s" />
                </button>
            </p>
        }
    };
    view! { <div role="status">{move || title.get().map(toast)}</div> }
}

fn tell(title: &str) {
    // Without it one is at the list without a word.
    tab_storage::set(TITLE, title);
}

/// What was told, once.
fn told() -> Option<String> {
    let title = tab_storage::get(TITLE);
    tab_storage::remove(TITLE);
    title
}
