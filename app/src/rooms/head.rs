//! The top of a conversation: who it is with. It leads to the details.

use icondata_lu::LuArrowLeft;
use leptos::prelude::*;
use model::{Chat, Person, Room, RoomId, Seq};

use super::{
    menu::RoomMenu,
    summary::{Summary, face},
};
use crate::{
    live::Live,
    ui::{
        Avatar, Icon,
        avatar::Face,
        fresh::{fresh, fresh_text},
    },
};

/// The link to the details, by its id.
pub const LINK: &str = "to-details";

/// What it says of the room.
#[derive(Clone, PartialEq)]
struct Shown {
    name: String,
    about: String,
    face: Face,
    is_group: bool,
}

impl Shown {
    fn of(chat: &Chat, room: RoomId) -> Option<Self> {
        let Summary { name, is_group, .. } = Summary::of(chat, room)?;
        let room = &chat.conversation(room)?.room;
        let about = match room.other(chat.me()) {
            Some(person) => format!("@{}", person.username),
            None => members(here(room).count()),
        };
        Some(Self { name, about, face: face(room, chat), is_group })
    }
}

/// Those who are in the room.
pub fn here(room: &Room) -> impl Iterator<Item = &Person> {
    room.people.iter().filter(|person| !room.gone.contains(&person.id))
}

/// `5 members`
pub fn members(count: usize) -> String {
    match count {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    }
}

/// The address of a room, or of a place in it.
pub fn address(room: RoomId, at: Option<Seq>) -> String {
    match at {
        Some(at) => format!("/chats/{room}?at={at}"),
        None => format!("/chats/{room}"),
    }
}

#[component]
pub fn Head(room: RoomId, at: Option<Seq>) -> impl IntoView {
    let live = expect_context::<Live>();
    let shown = Memo::new(move |_| live.chat.with(|chat| Shown::of(chat, room)));
    view! {
        <header class="talk-head">
            <a class="icon back" href="/chats" aria-label="Back to chats">
                <Icon icon=LuArrowLeft />
            </a>
            {move || shown.get().map(|shown| who(shown, room, at))}
            <RoomMenu room />
        </header>
    }
}

fn who(Shown { name, about, face, is_group }: Shown, room: RoomId, at: Option<Seq>) -> impl IntoView {
    let address = address(room, at);
    let details = if at.is_some() { "&details" } else { "?details" };
    view! {
        <div class="about">
            <Avatar face size=if is_group { "m sq" } else { "m" } />
            <div class="min-w-0 flex-1">
                <h1 class="cut" dir="auto">
                    <a id=LINK href=format!("{address}{details}") title="Details">
                        {fresh_text(name)}
                    </a>
                </h1>
                {fresh(about.clone(), view! { <p class="meta cut">{about}</p> })}
            </div>
        </div>
    }
}
