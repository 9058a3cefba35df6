//! An open room: who it is with, what was said, and where to write.

use leptos::{prelude::*, task::spawn_local};
use model::{Chat, Page, Room, RoomId, Seq, UserId};

use super::{
    announce::Announcer,
    calls::GetPage,
    change::Changing,
    composer::{Composer, focus},
    hands::Hands,
    history::History,
    start::{Start, kept},
};
use crate::{
    call::{Failed, call, serialized_resource, start_eagerly},
    live::Live,
    people::calls::PeopleById,
    rooms::{calls::GetRoom, gone::go_when_left, head::Head, leave::Deserted, refused::Refused},
    shell::{pane::Navigated, title::PageTitle},
    ui::{skeleton::SkeletonMessages, trouble::Trouble},
};

/// A room and where to begin in it. Made anew for each.
#[component]
pub fn Conversation(room: RoomId, at: Option<Seq>) -> impl IntoView {
    let live = expect_context::<Live>();
    let known = live.chat.with_untracked(|chat| chat.conversation(room).is_some());
    let kept = kept(live.chat.with_untracked(Chat::me), room);
    let (start, is_loaded) = opening(live, room, at, &kept);
    if is_loaded {
        return view! { <Talk room at start /> }.into_any();
    }
    let head = live.chat.with_untracked(|chat| Some(chat.conversation(room)?.timeline.last_seq()));
    let around = if known { head.and_then(|head| start.around(head)) } else { at };
    let loaded = serialized_resource(start_eagerly(load(room, around, known, kept)));
    view! {
        <Suspense fallback=move || {
            view! { <Opening room at /> }
        }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok((described, page, kept)) => {
                        if let Some(room) = described {
                            live.chat.update(|chat| chat.room(room));
                        }
                        live.page(page);
                        let start = match opening(live, room, at, &kept) {
                            (start, is_loaded) if is_loaded || at.is_some() => start,
                            _ => Start::Newest,
                        };
                        view! { <Talk room at start /> }.into_any()
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

async fn load(
    room: RoomId,
    around: Option<Seq>,
    known: bool,
    kept: String,
) -> Result<(Option<Room>, Page, String), Failed> {
    let page = start_eagerly(call(GetPage { around, ..GetPage::newest(room) }));
    let described = match known {
        true => None,
        false => Some(call(GetRoom { room }).await?),
    };
    // The browser opens the room where the page was drawn.
    Ok((described, page.await?, kept))
}

/// Where the room opens, and whether what is seen there is here.
fn opening(live: Live, room: RoomId, at: Option<Seq>, kept: &str) -> (Start, bool) {
    live.chat.with_untracked(|chat| {
        let start = Start::of(chat, room, at, kept);
        (start, chat.conversation(room).is_some_and(|conversation| start.is_loaded(conversation)))
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

/// Asks for the names of those who wrote here and are not among the room's people any more.
fn look_up_senders(live: Live, room: RoomId) {
    let nameless = Memo::new(move |_| live.chat.with(|chat| chat.nameless(room)));
    Effect::new(move |asked: Option<Vec<UserId>>| {
        let mut asked = asked.unwrap_or_default();
        let people: Vec<UserId> = nameless.get().into_iter().filter(|user| !asked.contains(user)).collect();
        if !people.is_empty() {
            asked.extend(&people);
            spawn_local(async move {
                if let Ok(people) = call(PeopleById { people }).await {
                    let _ = live.chat.try_update(|chat| chat.introduce(people));
                }
            });
        }
        asked
    });
}

#[component]
fn Talk(room: RoomId, at: Option<Seq>, start: Start) -> impl IntoView {
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
    look_up_senders(live, room);
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
        <History room start to_end changing done />
        <Deserted room />
        <Refused />
        <Hands changing />
        <Composer name changing to_end />
        <Announcer room />
    }
}
