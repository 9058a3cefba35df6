//! Private chats: one for two people, seen only by them.

use backend::{messages::From, rate_limit::Limit};
use futures::future::join_all;
use model::{
    Chat, Code, Room, RoomId, Seq, UserId, VecMap,
    limits::ROOMS_PAGE_MAX,
    wire::{ClientFrame, ServerFrame},
};
use testing::TestBackend;

use crate::sockets::{frames, socket};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_have_one_private_chat_however_often_it_is_opened() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let opens = (0..10).map(|n| {
        let (who, with) = if n % 2 == 0 { (ana, bo) } else { (bo, ana) };
        let world = &world;
        async move { world.open_private(&who, with.user()).await.unwrap().id }
    });
    let rooms = join_all(opens).await;
    assert!(rooms.iter().all(|room| *room == rooms[0]));
    assert_eq!(world.rooms(&ana).await.unwrap().len(), 1);
    assert_eq!(world.rooms(&bo).await.unwrap()[0].other(bo.user()).unwrap().username, "ana");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_chat_needs_another_person_who_exists() {
    let world = TestBackend::start().await;
    let ana = world.person("ana").await;
    assert_eq!(world.open_private(&ana, ana.user()).await.unwrap_err().code, Code::Invalid);
    assert_eq!(world.open_private(&ana, UserId::new()).await.unwrap_err().code, Code::NotFound);
    assert!(world.rooms(&ana).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_tell_a_room_from_none() {
    let world = TestBackend::start().await;
    let (_, _, room) = world.pair().await;
    let stranger = world.person("stranger").await;
    let hidden = world.room(&stranger, room).await.unwrap_err();
    let absent = world.room(&stranger, model::RoomId::new()).await.unwrap_err();
    assert_eq!(hidden, absent);
    assert!(world.rooms(&stranger).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_sorted_by_activity_and_counts_the_unread() {
    let world = TestBackend::start().await;
    let (ana, bo, with_bo) = world.pair().await;
    let cleo = world.person("cleo").await;
    let with_cleo = world.open_private(&ana, cleo.user()).await.unwrap().id;
    world.say(&cleo, with_cleo, &["hi", "there"]).await;
    world.say(&bo, with_bo, &["hello"]).await;
    let rooms = world.rooms(&ana).await.unwrap();
    assert_eq!(rooms.iter().map(|room| room.id).collect::<Vec<_>>(), [with_bo, with_cleo]);
    assert_eq!(rooms.iter().map(|room| room.unread(ana.user())).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(rooms[0].last.as_ref().unwrap().body, "hello");
}

/// Live, by the list, by itself, and on connecting. Fails when whoever is written to sees a chat before anything was
/// said in it, or only when they connect anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_shown_to_the_other_person_with_its_first_message() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let before = socket(&world, &bo).await;
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    let after = socket(&world, &bo).await;
    assert_eq!(world.room(&ana, room).await.unwrap().last_seq, Seq::ZERO);
    assert!(world.rooms(&bo).await.unwrap().is_empty());
    assert_eq!(world.room(&bo, room).await.unwrap_err().code, Code::NotFound);
    assert_eq!(world.catch_up(&bo, &VecMap::default()).await.unwrap(), []);
    for device in [&before, &after] {
        assert_eq!(frames(device), []);
    }
    world.say(&ana, room, &["1"]).await;
    for device in [&before, &after] {
        let [ServerFrame::Room { room }] = &frames(device)[..] else { panic!("the room, and nothing else") };
        assert_eq!((room.last_seq, room.unread(bo.user())), (Seq(1), 1));
    }
    world.say(&ana, room, &["2"]).await;
    for device in [&before, &after] {
        let [ServerFrame::Change(change)] = &frames(device)[..] else { panic!("one change") };
        assert_eq!(change.rev.0, 2);
    }
    assert_eq!(world.rooms(&bo).await.unwrap()[0].id, room);
}

/// Fails when a chat that was opened from both sides is shown to one of them only.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_chat_is_seen_by_those_who_opened_it() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let his = socket(&world, &bo).await;
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    assert_eq!(world.open_private(&bo, ana.user()).await.unwrap().id, room);
    assert!(matches!(&frames(&his)[..], [ServerFrame::Room { .. }]));
    assert_eq!(world.rooms(&bo).await.unwrap().len(), 1);
    world.say(&ana, room, &["1"]).await;
    assert!(matches!(&frames(&his)[..], [ServerFrame::Change(_)]));
}

/// Fails when leaving a chat that only oneself has seen is leaving, and when it keeps the time at which it was opened.
#[tokio::test(flavor = "multi_thread")]
async fn who_looks_into_a_chat_and_says_nothing_leaves_no_trace() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let (hers, his) = (socket(&world, &ana).await, socket(&world, &bo).await);
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    frames(&hers);
    world.leave(&ana, room).await.unwrap();
    assert!(matches!(&frames(&hers)[..], [ServerFrame::Left { .. }]));
    assert!(world.rooms(&ana).await.unwrap().is_empty());
    assert_eq!(frames(&his), []);

    world.clock.advance(chrono::TimeDelta::seconds(60));
    let opened = world.open_private(&bo, ana.user()).await.unwrap();
    assert_eq!((opened.id, opened.rev.0, opened.gone.len()), (room, 0, 0));
    assert_eq!(
        opened.created_at.0,
        world.clock.now().timestamp_millis(),
        "as if nobody had opened it before"
    );
    world.say(&bo, room, &["Hello"]).await;
    assert!(matches!(&frames(&hers)[..], [ServerFrame::Room { .. }]), "it reaches who had put it away");
}

/// Fails when a page begins again with the last one's end, and when all rooms come at once.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_comes_in_pages() {
    let world = TestBackend::start().await;
    let ana = world.person("ana").await;
    for n in 0..7 {
        let other = world.person(&format!("other{n}")).await;
        let room = world.open_private(&ana, other.user()).await.unwrap().id;
        // Two rooms that are as recently active as each other.
        if n != 3 {
            world.clock.advance(chrono::TimeDelta::seconds(1));
        }
        if n % 2 == 0 {
            world.say(&other, room, &["hello"]).await;
        }
    }
    let ids = |rooms: Vec<Room>| rooms.into_iter().map(|room| room.id).collect::<Vec<_>>();
    let all = ids(world.rooms(&ana).await.unwrap());
    assert_eq!(all.len(), 7);
    let (mut pages, mut before) = (Vec::<RoomId>::new(), None);
    loop {
        let page = ids(world.rooms_page(&ana, before, 3).await.unwrap());
        assert!(page.len() <= 3);
        before = page.last().copied();
        pages.extend(page.iter().copied());
        if page.len() < 3 {
            break;
        }
    }
    assert_eq!(pages, all);
    for limit in [0, ROOMS_PAGE_MAX + 1] {
        assert_eq!(world.rooms_page(&ana, None, limit).await.unwrap_err().field.as_deref(), Some("limit"));
    }
    assert!(world.rooms_page(&ana, Some(RoomId::new()), 3).await.unwrap().is_empty());
}

/// Fails when a page follows a room of others, or one that was left by what has happened in it since; and when there is
/// no page after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_after_a_room_that_was_left_shows_nothing_of_it() {
    let world = TestBackend::start().await;
    let (ana, bo, left) = world.pair().await;
    let chat = async |username: &str| {
        let other = world.person(username).await;
        let room = world.open_private(&ana, other.user()).await.unwrap().id;
        world.say(&ana, room, &["hello"]).await;
        world.clock.advance(chrono::TimeDelta::seconds(1));
        (other, room)
    };
    let (cy, older) = chat("cy_").await;
    world.say(&ana, left, &["hello"]).await;
    world.leave(&ana, left).await.unwrap();
    world.clock.advance(chrono::TimeDelta::seconds(1));
    chat("newer").await;
    let after = async |who, room| {
        let page = world.rooms_page(who, Some(room), 3).await.unwrap();
        page.into_iter().map(|room| room.id).collect::<Vec<_>>()
    };
    assert_eq!(after(&ana, left).await, [older]);
    world.say(&bo, left, &["are you there?"]).await;
    assert_eq!(after(&ana, left).await, [older]);
    assert_eq!(after(&cy, left).await, []);
}

/// Fails when one of the reads is not counted.
#[tokio::test(flavor = "multi_thread")]
async fn lists_and_pages_share_one_limit() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let read = async |n: u32| match n % 4 {
        0 => world.rooms_page(&ana, None, 10).await.map(drop),
        1 => world.room(&ana, room).await.map(drop),
        2 => world.page(&ana, room, From::Newest, 50).await.map(drop),
        _ => world.blocked(&ana).await.map(drop),
    };
    for n in 0..Limit::Read.burst() {
        read(n).await.unwrap();
    }
    for n in 0..4 {
        let refused = read(n).await.unwrap_err();
        assert_eq!((refused.code, refused.retry_after), (Code::RateLimited, Some(200)));
    }
    world.rooms(&bo).await.unwrap();
    world.clock.advance(chrono::TimeDelta::from_std(Limit::Read.every()).unwrap());
    read(2).await.unwrap();
}

/// A client that starts from a rendered page ends with what the server has. Fails when a shortened room says the
/// position of the whole one.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_starts_from_a_preview_ends_with_the_whole() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&bo, room, &["short", &"long ".repeat(800)]).await;
    let whole = world.room(&ana, room).await.unwrap();
    let preview = whole.clone().preview(ana.user());
    assert!(serde_json::to_string(&preview).unwrap().len() < 2_000);
    assert_eq!(preview.unread(ana.user()), whole.unread(ana.user()));
    let mut chat = Chat::new(ana.user());
    chat.room(preview);
    let ClientFrame::Hello { cursor, .. } = chat.hello() else { panic!("hello") };
    world.catch_up(&ana, &cursor).await.unwrap().into_iter().for_each(|frame| chat.receive(frame));
    assert_eq!(chat.conversation(room).unwrap().room, whole);
    assert_eq!(chat.conversation(room).unwrap().timeline.rev(), whole.rev);
}
