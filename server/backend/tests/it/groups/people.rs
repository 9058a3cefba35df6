//! Who comes into a group, and who is taken out of it.

use backend::{membership::Role, messages::From};
use model::{
    Body, Chat, Code, MessageId, Rev, Room, Seq, UserId, VecMap,
    wire::{Position, ServerFrame},
};
use testing::TestBackend;

use super::{Client, cast, create, present, sorted, title};
use crate::sockets::{frames, socket};

/// Fails when who comes begins at the room's beginning, and when their marks are not told.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_added_reads_everything_and_has_nothing_unread() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let id = create(&world, &ana, &[bo]).await.id;
    world.say(&ana, id, &["1", "2", "3"]).await;
    let mut hers = Client::start(&world, &ana).await;
    let mut his = Client::start(&world, &cai).await;
    world.add(&ana, id, &[cai.user(), dee.user(), bo.user()]).await.unwrap();
    assert_eq!(his.room(id).unwrap().unread(cai.user()), 0);
    assert_eq!(world.page(&cai, id, From::Newest, 50).await.unwrap().messages.len(), 3);
    for (client, who) in [(&mut hers, &ana), (&mut his, &cai)] {
        client.agrees(&world, who, id).await;
        assert_eq!(client.room(id).unwrap().rev, Rev(4), "one change, however many come");
    }
    world.say(&cai, id, &["thank you"]).await;
    his.agrees(&world, &cai, id).await;
    assert_eq!(present(his.room(id).unwrap()), sorted(&[&ana, &bo, &cai, &dee]));

    world.add(&ana, id, &[cai.user()]).await.unwrap();
    assert_eq!(world.room(&ana, id).await.unwrap().rev, Rev(5), "who is there is not added");
}

/// As by a node that let her in and died before it said so. Fails when only those are told who come.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_added_and_not_told_is_told_when_it_is_tried_again() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo]).await.id;
    let mut hers = Client::start(&world, &cai).await;
    let added = format!(
        "INSERT INTO memberships (room_id, user_id, joined_at) VALUES ('{id}', '{}', now()); \
         UPDATE rooms SET rev = 1 WHERE id = '{id}'",
        cai.user()
    );
    testing::run(&world, &added).await;
    world.add(&ana, id, &[cai.user()]).await.unwrap();
    hers.agrees(&world, &cai, id).await;
    assert_eq!(hers.room(id).unwrap().rev, Rev(1));
}

/// Fails when who comes back starts with other marks, or cannot come back.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_removed_can_be_added_again_and_has_missed_nothing() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    world.say(&ana, id, &["1", "2"]).await;
    world.mark(&bo, id, Seq(2), Seq(1)).await.unwrap();
    world.say(&bo, id, &["3"]).await;
    let mut hers = Client::start(&world, &cai).await;
    let before = *world.room(&cai, id).await.unwrap().mark(bo.user()).unwrap();
    assert_eq!((before.read, before.mine, before.upto), (Seq(1), 1, Seq(3)));
    world.remove(&ana, id, bo.user()).await.unwrap();
    // Nothing is said of his own messages while he is gone: with that it would be newer than what is true.
    let gone = *world.room(&cai, id).await.unwrap().mark(bo.user()).unwrap();
    assert_eq!((gone.read, gone.mine, gone.upto), (Seq(1), 0, Seq(1)));
    world.say(&ana, id, &["4"]).await;
    hers.agrees(&world, &cai, id).await;
    world.add(&ana, id, &[bo.user()]).await.unwrap();
    assert_eq!(world.room(&bo, id).await.unwrap().unread(bo.user()), 2, "2 and 4, and not his own");
    hers.agrees(&world, &cai, id).await;
    assert!(hers.room(id).unwrap().gone.is_empty());
}

/// Live, by fetching, by the list, a page, a send, and on connecting. Fails when `remove` tells nobody.
#[tokio::test(flavor = "multi_thread")]
async fn to_who_is_removed_the_room_is_none() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    world.say(&bo, id, &["hello"]).await;
    let [one, two] = [socket(&world, &bo).await, socket(&world, &bo).await];
    let mut hers = Client::start(&world, &cai).await;
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.say(&ana, id, &["not for him"]).await;
    world.rename(&ana, id, title("nor this")).await.unwrap();
    for device in [&one, &two] {
        assert_eq!(frames(device), [ServerFrame::Left { room: id }]);
    }
    hers.agrees(&world, &cai, id).await;
    assert_eq!(hers.room(id).unwrap().gone, [bo.user()]);
    let body = Body::new("still me").unwrap();
    let refused = [
        world.room(&bo, id).await.map(drop),
        world.page(&bo, id, From::Newest, 50).await.map(drop),
        world.fetch(&bo, id, Rev(0)).await.map(drop),
        world.mark(&bo, id, Seq(1), Seq(1)).await.map(drop),
        world.send(&bo, id, MessageId::new(), body).await.map(drop),
        world.rename(&bo, id, title("mine")).await,
    ];
    assert!(refused.iter().all(|answer| answer.as_ref().unwrap_err().code == Code::NotFound), "{refused:?}");
    assert!(world.rooms(&bo).await.unwrap().iter().all(|room| room.id != id));
    let cursor: VecMap<_, _> = [(id, Position { rev: Rev(1), marks: None })].into_iter().collect();
    let missed = world.catch_up(&bo, &cursor).await.unwrap();
    assert!(missed.contains(&ServerFrame::Left { room: id }));
    let rev = world.room(&ana, id).await.unwrap().rev;
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.remove(&ana, id, UserId::new()).await.unwrap();
    assert_eq!(world.room(&ana, id).await.unwrap().rev, rev, "removing nobody is no change");
}

/// What a client held before is brought to the present by what it missed. Fails when `changes` says less.
#[tokio::test(flavor = "multi_thread")]
async fn catching_up_tells_who_is_there_and_the_title() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    world.say(&ana, id, &["1"]).await;
    let mut chat = Chat::new(cai.user());
    world.rooms(&cai).await.unwrap().into_iter().for_each(|room| chat.room(room));
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.add(&ana, id, &[dee.user()]).await.unwrap();
    world.set_role(&ana, id, dee.user(), Role::Admin).await.unwrap();
    world.rename(&ana, id, title("Porto")).await.unwrap();
    chat.receive(world.fetch(&cai, id, Rev(1)).await.unwrap());
    let held = &chat.conversation(id).unwrap().room;
    assert_eq!((present(held), held.title.as_deref()), (sorted(&[&ana, &cai, &dee]), Some("Porto")));
    let mut admins = held.admins.clone();
    admins.sort();
    assert_eq!(admins, sorted(&[&ana, &dee]));
}

/// A group after a great turnover. Fails when those keep their places who left first: then the senders of the newest
/// messages have no names, and people come into sight whose marks nobody told.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_left_last_keep_their_places_and_every_mark_is_known() {
    let world = TestBackend::start().await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    // The first of 150 joined last and left first.
    let turnover = format!(
        "INSERT INTO users (id, username, name, email, password_hash, created_at) \
         SELECT gen_random_uuid(), 'u' || n, 'U', 'u' || n || '@example.org', '', now() \
         FROM generate_series(1, 150) n; \
         INSERT INTO memberships \
             (room_id, user_id, joined_at, status, left_at, left_rev, delivered_seq, read_seq) \
         SELECT '{id}', id, now() - n * interval '1 hour', 'left', now(), n, n, n FROM users, \
             LATERAL (SELECT substr(username, 2)::int AS n) which WHERE username ~ '^u[0-9]+$'; \
         UPDATE rooms SET rev = 150 WHERE id = '{id}'"
    );
    testing::run(&world, &turnover).await;
    let mut hers = Client::start(&world, &ana).await;
    let names = |room: &Room| {
        let mut names: Vec<String> = room.people.iter().map(|person| person.username.clone()).collect();
        names.retain(|name| name.starts_with('u'));
        names.sort();
        names
    };
    let last = |count: usize| {
        let mut names: Vec<String> = (151 - count..=150).map(|n| format!("u{n}")).collect();
        names.sort();
        names
    };
    assert_eq!(names(&world.room(&ana, id).await.unwrap()), last(97));
    world.remove(&ana, id, bo.user()).await.unwrap();
    hers.agrees(&world, &ana, id).await;
    assert_eq!(names(&world.room(&ana, id).await.unwrap()), last(97));
    world.add(&ana, id, &[dee.user()]).await.unwrap();
    hers.agrees(&world, &ana, id).await;
    world.add(&ana, id, &[bo.user()]).await.unwrap();
    hers.agrees(&world, &ana, id).await;
    assert_eq!(names(&world.room(&ana, id).await.unwrap()), last(96));
}
