//! Fan-out on one node: the same bytes for everybody, bounded queues, sessions that end.

use std::sync::Arc;

use backend::{
    bus::{Bus, Notice},
    clock::Clock,
    hub::{Hub, Outgoing},
};
use bytes::Bytes;
use futures::FutureExt;
use model::{
    Rev, RoomId, SessionId, UserId,
    limits::{QUEUE_FRAMES, SOCKETS_PER_USER},
    wire::{CloseCode, ServerFrame},
};
use testing::TestBackend;

fn change(room: RoomId, rev: i64) -> Notice {
    Notice::Room { room, rev: Some(Rev(rev)), frame: Bytes::from(format!("{rev}")) }
}

pub(crate) fn drain(subscription: &backend::hub::Subscription) -> Result<Vec<Outgoing>, CloseCode> {
    let mut batch = Vec::new();
    match subscription.listener().next(&mut batch).now_or_never() {
        Some(Err(code)) => Err(code),
        _ => Ok(batch),
    }
}

fn hub_on(bus: &Bus) -> Hub {
    Hub::new(bus.clone(), Arc::default(), Clock::manual(chrono::DateTime::UNIX_EPOCH))
}

#[tokio::test]
async fn listeners_of_a_room_share_the_bytes_of_a_frame() {
    let bus = Bus::in_process();
    let hub = hub_on(&bus);
    let room = RoomId::new();
    let listeners: Vec<_> = (0..3).map(|_| hub.listen(UserId::new(), SessionId::new()).unwrap()).collect();
    listeners[0].join(room);
    listeners[1].join(room);
    listeners[1].join(room);
    bus.publish(&change(room, 1));
    let batches: Vec<_> = listeners.iter().map(|listener| drain(listener).unwrap()).collect();
    let [Outgoing::Frame(one)] = batches[0].as_slice() else { panic!("{batches:?}") };
    let [Outgoing::Frame(two)] = batches[1].as_slice() else {
        panic!("joining twice is joining once: {batches:?}")
    };
    assert_eq!(one.as_ptr(), two.as_ptr(), "encoded once");
    assert!(batches[2].is_empty());
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_and_the_others_do_not_notice() {
    let bus = Bus::in_process();
    let hub = hub_on(&bus);
    let room = RoomId::new();
    let [slow, quick] = [(); 2].map(|()| hub.listen(UserId::new(), SessionId::new()).unwrap());
    slow.join(room);
    quick.join(room);
    let mut seen = 0;
    for rev in 0..=QUEUE_FRAMES as i64 {
        bus.publish(&change(room, rev));
        seen += drain(&quick).unwrap().len();
    }
    assert_eq!(seen, QUEUE_FRAMES + 1);
    assert_eq!(drain(&slow), Err(CloseCode::SlowReader));
}

#[tokio::test]
async fn nothing_reaches_who_has_left_and_nothing_is_kept_of_them() {
    let bus = Bus::in_process();
    let hub = hub_on(&bus);
    let (user, room) = (UserId::new(), RoomId::new());
    let mut open: Vec<_> =
        (0..SOCKETS_PER_USER).map(|_| hub.listen(user, SessionId::new()).unwrap()).collect();
    assert!(hub.listen(user, SessionId::new()).is_none(), "too many sockets of one person");
    open.iter().for_each(|subscription| subscription.join(room));
    open.truncate(1);
    bus.publish(&change(room, 1));
    assert_eq!(drain(&open[0]).unwrap().len(), 1);
    open.clear();
    assert_eq!(hub.sockets(), 0);
    assert!(hub.listen(user, SessionId::new()).is_some());
}

#[tokio::test]
async fn what_is_for_one_person_reaches_all_sockets_of_that_person() {
    let bus = Bus::in_process();
    let hub = hub_on(&bus);
    let user = UserId::new();
    let own = [(); 2].map(|()| hub.listen(user, SessionId::new()).unwrap());
    let other = hub.listen(UserId::new(), SessionId::new()).unwrap();
    let frame = Bytes::from_static(b"{}");
    bus.publish(&Notice::Person { user, frame: frame.clone() });
    for subscription in &own {
        assert_eq!(drain(subscription), Ok(vec![Outgoing::Frame(frame.clone())]));
    }
    assert_eq!(drain(&other), Ok(Vec::new()));
}

#[tokio::test]
async fn the_beat_tells_the_heads_and_finds_the_silent() {
    let bus = Bus::in_process();
    let hub = hub_on(&bus);
    let room = RoomId::new();
    let subscription = hub.listen(UserId::new(), SessionId::new()).unwrap();
    subscription.join(room);
    bus.publish(&change(room, 7));
    drain(&subscription).unwrap();
    (0..25).for_each(|_| hub.beat());
    let batch = drain(&subscription).unwrap();
    let [Outgoing::Beat(frame)] = batch.as_slice() else { panic!("one beat a period: {batch:?}") };
    let heads = [(room, Rev(7))].into();
    assert_eq!(ServerFrame::parse(std::str::from_utf8(frame).unwrap()), Ok(ServerFrame::Beat { heads }));
    (0..61).for_each(|_| hub.beat());
    assert_eq!(drain(&subscription), Err(CloseCode::Silent));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_room_reaches_the_open_sockets_of_its_members() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let subscription = world.hub.listen(bo.user(), bo.session()).unwrap();
    let room = world.open_private(&ana, bo.user()).await.unwrap();
    world.open_private(&bo, ana.user()).await.unwrap();
    world.say(&ana, room.id, &["hello"]).await;
    let batch = drain(&subscription).unwrap();
    let frames: Vec<ServerFrame> = batch
        .iter()
        .map(|outgoing| match outgoing {
            Outgoing::Frame(bytes) => ServerFrame::parse(std::str::from_utf8(bytes).unwrap()).unwrap(),
            Outgoing::Beat(_) => panic!("no beat is due"),
        })
        .collect();
    assert!(matches!(&frames[0], ServerFrame::Room { room: new } if new.id == room.id));
    assert!(matches!(&frames[1], ServerFrame::Change(change) if change.rev == Rev(1)));
}

/// Whoever made it may have died before it was told. Fails when only a new room is announced.
#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_nobody_was_told_of_is_told_when_it_is_opened_again() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let room = world.open_private(&ana, bo.user()).await.unwrap();
    world.open_private(&bo, ana.user()).await.unwrap();
    let untold = world.hub.listen(bo.user(), bo.session()).unwrap();
    assert_eq!(world.open_private(&ana, bo.user()).await.unwrap().id, room.id);
    assert_eq!(drain(&untold).unwrap().len(), 1);
    world.say(&ana, room.id, &["hello"]).await;
    assert_eq!(drain(&untold).unwrap().len(), 1, "it listens to the room");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_sockets_of_that_session_alone() {
    let world = TestBackend::start().await;
    let ana = world.person("ana").await;
    let here = world.hub.listen(ana.user(), ana.session()).unwrap();
    let elsewhere = world.hub.listen(ana.user(), SessionId::new()).unwrap();
    world.sign_out(&ana).await.unwrap();
    assert_eq!(drain(&here), Err(CloseCode::SignedOut));
    assert_eq!(drain(&elsewhere), Ok(Vec::new()));
    assert!(world.still_signed_in(&ana).is_err());
}

/// Fails when `listen` does not look whether the door is closed: the socket would be told nothing until the
/// process is gone.
#[tokio::test]
async fn a_socket_that_comes_while_the_node_leaves_is_sent_away_at_once() {
    let hub = hub_on(&Bus::in_process());
    hub.close_door();
    let late = hub.listen(UserId::new(), SessionId::new()).unwrap();
    assert_eq!(drain(&late), Err(CloseCode::Restarting));
}
