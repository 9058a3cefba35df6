//! What the field of the list finds: chats by their names, and people by name or username, in the place of the
//! list. The open conversation stays. The code is fetched when somebody begins to type.

use std::time::Duration;

use icondata_lu::LuUsers;
use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use model::{Chat, Error, Person, RoomId, sort::sort_by_key};

use super::{choose::begins_word, row::RoomRow, summary::Summary};
use crate::{
    call::{Failed, call},
    live::Live,
    people::{calls::FindPeople, row::PersonRow},
    ui::{Icon, isolate},
};

/// A pause in typing as long as this asks the server.
const PAUSE: Duration = Duration::from_millis(200);
/// Most chats that are shown.
const CHATS: usize = 20;

/// Draws what is found for a text that is not empty.
pub type Draw = fn(Memo<String>, Memo<Option<RoomId>>) -> AnyView;

/// Fetches the code that draws it.
///
/// # Errors
/// It cannot be had.
#[cfg(feature = "split")]
#[::leptos::wasm_split::wasm_split(search, wasm_split_path = ::leptos::wasm_split, fallible)]
pub fn fetch() -> Result<Draw, SplitLoaderError> {
    Ok(results)
}

/// Fetches the code that draws it.
///
/// # Errors
/// It cannot be had.
#[cfg(not(feature = "split"))]
pub async fn fetch() -> Result<Draw, SplitLoaderError> {
    Ok(results)
}

fn results(sought: Memo<String>, open: Memo<Option<RoomId>>) -> AnyView {
    let live = expect_context::<Live>();
    let chats = Memo::new(move |_| live.chat.with(|chat| chats(chat, &sought.get())));
    let people = find(sought);
    let strangers = Memo::new(move |_| {
        let found = people.get()?;
        let listed = |person: &Person| {
            live.chat.with(|chat| chats.with(|rooms| rooms.iter().any(|room| is_with(chat, *room, person))))
        };
        Some(found.map(|found| found.into_iter().filter(|person| !listed(person)).collect::<Vec<_>>()))
    });
    let said = move || match strangers.get() {
        Some(Ok(people)) => match people.len() + chats.with(Vec::len) {
            0 => String::new(),
            1 => "1 found".to_owned(),
            count => format!("{count} found"),
        },
        _ => String::new(),
    };
    view! {
        <p class="sr" role="status">
            {said}
        </p>
        <ul>
            <For each=move || chats.get() key=|room| *room let:room>
                <li>
                    <RoomRow room open stop=Memo::new(|_| None) />
                </li>
            </For>
        </ul>
        {move || strangers.get().map(|found| others(found, chats.with(Vec::is_empty), &sought.get()))}
    }
    .into_any()
}

/// The people whom the server knows by this text, once it has answered.
fn find(sought: Memo<String>) -> RwSignal<Option<Result<Vec<Person>, Error>>> {
    let found = RwSignal::new(None);
    Effect::new(move || {
        let asked = sought.get();
        let ask = move || {
            spawn_local(async move {
                let answer = call(FindPeople { q: asked.clone() }).await;
                // The text may be another one by now, or the list be back.
                if sought.try_get_untracked().as_ref() == Some(&asked) {
                    let _ = found.try_set(Some(answer.map_err(|Failed(error)| error)));
                }
            });
        };
        if let Ok(handle) = set_timeout_with_handle(ask, PAUSE) {
            on_cleanup(move || handle.clear());
        }
    });
    found
}

/// The chats whose names have a word that begins like the text.
fn chats(chat: &Chat, sought: &str) -> Vec<RoomId> {
    let me = chat.me();
    let mut rooms = chat.rooms();
    rooms.retain(|room| Summary::is_started(chat, room) && begins_word(room.name(me), sought));
    sort_by_key(&mut rooms, |room| {
        std::cmp::Reverse(chat.conversation(room.id).map(|conversation| conversation.active_at()))
    });
    rooms.into_iter().take(CHATS).map(|room| room.id).collect()
}

fn is_with(chat: &Chat, room: RoomId, person: &Person) -> bool {
    let other = chat.conversation(room).and_then(|known| known.room.other(chat.me()));
    other.is_some_and(|other| other.id == person.id)
}

fn others(found: Result<Vec<Person>, Error>, no_chats: bool, sought: &str) -> AnyView {
    match found {
        Err(error) => view! { <p class="alarm" role="alert">{error.message}</p> }.into_any(),
        Ok(people) if people.is_empty() && no_chats => view! {
            <div class="empty" role="status">
                <span class="badge">
                    <Icon icon=LuUsers />
                </span>
                <p class="title">{format!("Nobody found for “{}”", isolate(sought))}</p>
                <p class="meta">"Check the spelling, or ask them for their username."</p>
            </div>
        }
        .into_any(),
        Ok(people) if people.is_empty() => ().into_any(),
        Ok(people) => {
            let rows =
                people.into_iter().map(|person| view! { <li><PersonRow person /></li> }).collect_view();
            view! {
                <p class="meta others">"More people"</p>
                <ul>{rows}</ul>
            }
            .into_any()
        }
    }
}
