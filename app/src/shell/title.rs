//! The title of the window, with what waits to be read.

use leptos::prelude::*;

use crate::{live::Live, ui::title::Title};

/// Messages not yet read, over all chats.
pub fn use_unread() -> Memo<i64> {
    let live = expect_context::<Live>();
    Memo::new(move |_| live.chat.with(|chat| chat.rooms().iter().map(|room| room.unread(chat.me())).sum()))
}

/// `(3) Eva Novak · Rapport`; without a name `(3) Rapport`.
#[component]
pub fn PageTitle(#[prop(into)] name: Signal<String>) -> impl IntoView {
    let unread = use_unread();
    let title = move || {
        let count = match unread.try_get()? {
            0 => String::new(),
            count => format!("({count}) "),
        };
        name.try_with(|name| {
            if name.is_empty() { format!("{count}Rapport") } else { format!("{count}{name} · Rapport") }
        })
    };
    // The server writes the head last, when a part of the page that was rendered anew is gone.
    let first = untrack(title).unwrap_or_default();
    view! { <Title text=move || title().unwrap_or_else(|| first.clone()) /> }
}
