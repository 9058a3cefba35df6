//! An open room: who it is with, what was said, and where to write.

use leptos::prelude::*;
use model::{Page, Room, RoomId, Seq};

use super::{
    announce::Announcer,
    calls::get_page,
    change::Changing,
    composer::{Composer, focus},
    hands::Hands,
    history::History,
};
use crate::{
    call::{Failed, begin, carried},
    live::Live,
    rooms::{
        calls::get_room, gone::go_when_left, head::Head, layout::Navigated, leave::Deserted,
        refused::Refused, title::PageTitle,
    },
    ui::{skeleton::SkeletonMessages, trouble::Trouble},
};

/// A tail of this many messages is enough to open a room without asking the server.
const ENOUGH: i64 = 30;

/// A room and where to begin in it. Made anew for each.
#[component]
pub fn Conversation(room: RoomId, at: Option<Seq>) -> impl IntoView {
    let live = expect_context::<Live>();
    let known = live.chat.with_untracked(|chat| chat.conversation(room).is_some());
    if known && at.is_none() && is_loaded(live, room) {
        return view! { <Talk room at /> }.into_any();
    }
    let loaded = carried(begin(load(room, at, known)));
    view! {
        <Suspense fallback=move || {
            view! { <Opening room at /> }
        }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok((described, page)) => {
                        if let Some(room) = described {
                            live.chat.update(|chat| chat.room(room));
                        }
                        live.page(page);
                        view! { <Talk room at /> }.into_any()
                    }
                    Err(Failed(error)) => {
                        view! {
                            <PageTitle name="Not here".to_owned() />
                            <Trouble error />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

async fn load(room: RoomId, at: Option<Seq>, known: bool) -> Result<(Option<Room>, Page), Failed> {
    let page = begin(get_page(room, None, None, at, None));
    let described = match known {
        true => None,
        false => Some(get_room(room).await?),
    };
    Ok((described, page.await?))
}

fn is_loaded(live: Live, room: RoomId) -> bool {
    live.chat.with_untracked(|chat| {
        let Some(conversation) = chat.conversation(room) else { return false };
        let head = conversation.timeline.last_seq();
        match conversation.timeline.tail_start() {
            Some(start) => start == Seq(1) || head.0 - start.0 + 1 >= ENOUGH,
            None => head == Seq::ZERO,
        }
    })
}

/// The room while its messages are on their way.
#[component]
fn Opening(room: RoomId, at: Option<Seq>) -> impl IntoView {
    view! {
        <Head room at />
        <div class="log" aria-busy="true">
            <div class="col">
                <SkeletonMessages />
                <SkeletonMessages />
            </div>
            <div class="sky"></div>
        </div>
        <div class="composer">
            <div class="box">
                <div class="grow"></div>
            </div>
        </div>
    }
}

#[component]
fn Talk(room: RoomId, at: Option<Seq>) -> impl IntoView {
    let live = expect_context::<Live>();
    let changing = Changing::new(live, room);
    let field = changing.field;
    let to_end = RwSignal::new(None);
    let name = Memo::new(move |known: Option<&String>| {
        let name = live.chat.with(|chat| {
            chat.conversation(room).map(|conversation| conversation.room.name(chat.me()).to_owned())
        });
        name.or_else(|| known.cloned()).unwrap_or_default()
    });
    let done = Callback::new(move |()| focus(field));
    go_when_left(live, room);
    let navigated = expect_context::<Navigated>();
    // Who chose the room in the list came to write; who opened its address may want to read first.
    Effect::new(move || {
        if navigated.0.get_value() {
            request_animation_frame(move || focus(field));
        }
    });
    view! {
        <PageTitle name />
        <Head room at />
        <History room at to_end changing done />
        <Deserted room />
        <Refused />
        <Hands changing />
        <Composer name changing to_end />
        <Announcer room />
    }
}
