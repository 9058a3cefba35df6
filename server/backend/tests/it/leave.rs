//! Leaving a room: from then on nothing of it, on any device; and coming back.

use std::time::Duration;

use backend::{
    Backend, Media, Place, SignedIn, bus::Notice, cache::Key, membership::MembershipVersion, messages::From,
};
use bytes::Bytes;
use model::{
    Body, Code, Members, MessageId, Rev, RoomId, Seq, UserId, VecMap,
    rooms::marks_sum,
    wire::{Change, Item, Position, ServerFrame},
};
use testing::{RedisServer, TestBackend};

use crate::{
    hub::drain,
    sockets::{frames, next, socket, two_nodes, until_quiet},
};

fn members(room: RoomId, rev: i64, gone: Vec<UserId>) -> ServerFrame {
    ServerFrame::Change(Change {
        room,
        rev: Rev(rev),
        item: Item::Members(Members { gone, ..Members::default() }),
    })
}

pub(crate) async fn until_redis_is_back(world: &Backend, who: &SignedIn) {
    let back = async {
        while world.cache.forget(Key::Profile(who.user())).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("Redis is back");
}

/// Fails when `expel` does not part the listener from its room, and when the room is not told.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_hears_nothing_more_and_the_other_is_told() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&ana, room, &["hello"]).await;
    let [one, two] = [socket(&world, &bo).await, socket(&world, &bo).await];
    let hers = socket(&world, &ana).await;
    world.leave(&bo, room).await.unwrap();
    world.say(&ana, room, &["are you there?"]).await;
    for device in [&one, &two] {
        assert_eq!(frames(device), [ServerFrame::Left { room }]);
    }
    assert_eq!(frames(&hers)[0], members(room, 2, vec![bo.user()]));
    let described = world.room(&ana, room).await.unwrap();
    assert_eq!(
        (described.rev, described.last_seq),
        (Rev(3), Seq(2)),
        "leaving has a number, and is no message"
    );
    assert_eq!(described.deserted_by(ana.user()).unwrap().username, "bo_");
}

#[tokio::test(flavor = "multi_thread")]
async fn to_who_left_the_room_is_none() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&ana, room, &["hello"]).await;
    world.leave(&bo, room).await.unwrap();
    let refused = [
        world.room(&bo, room).await.map(drop),
        world.page(&bo, room, From::Newest, 50).await.map(drop),
        world.fetch(&bo, room, Rev(0)).await.map(drop),
        world.mark(&bo, room, Seq(1), Seq(1)).await.map(drop),
        world.send(&bo, room, MessageId::new(), Body::new("still me").unwrap()).await.map(drop),
    ];
    assert!(refused.iter().all(|answer| answer.as_ref().unwrap_err().code == Code::NotFound), "{refused:?}");
    assert!(world.rooms(&bo).await.unwrap().is_empty());
    let cursor: VecMap<_, _> = [(room, Position { rev: Rev(1), marks: None })].into_iter().collect();
    assert_eq!(world.catch_up(&bo, &cursor).await.unwrap(), [ServerFrame::Left { room }]);
}

/// Fails when leaving has a number though nobody was a member any more.
#[tokio::test(flavor = "multi_thread")]
async fn leaving_twice_is_leaving_once_and_a_stranger_cannot() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let stranger = world.person("stranger").await;
    let left = futures::future::join_all((0..5).map(|_| world.leave(&bo, room))).await;
    assert_eq!(left, [const { Ok(()) }; 5]);
    assert_eq!(world.room(&ana, room).await.unwrap().rev, Rev(1));
    assert_eq!(world.leave(&stranger, room).await.unwrap_err().code, Code::NotFound);
    assert_eq!(world.leave(&bo, RoomId::new()).await.unwrap_err().code, Code::NotFound);
}

/// Fails when a room is announced to those who have left it, and when who comes back starts with other marks.
#[tokio::test(flavor = "multi_thread")]
async fn only_who_left_can_come_back_and_then_has_missed_nothing() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&ana, room, &["1", "2"]).await;
    world.mark(&bo, room, Seq(2), Seq(2)).await.unwrap();
    world.say(&bo, room, &["3"]).await;
    world.leave(&bo, room).await.unwrap();
    world.say(&ana, room, &["4", "5"]).await;
    let (his, hers) = (socket(&world, &bo).await, socket(&world, &ana).await);

    assert_eq!(world.open_private(&ana, bo.user()).await.unwrap().gone, [bo.user()]);
    assert_eq!(frames(&his), []);
    let back = world.open_private(&bo, ana.user()).await.unwrap();
    assert_eq!((back.id, back.rev, back.unread(bo.user())), (room, Rev(7), 2));
    assert!(back.gone.is_empty());
    let told = frames(&hers);
    assert!(told.contains(&members(room, 7, Vec::new())), "{told:?}");
    assert!(matches!(&*frames(&his), [ServerFrame::Room { room: described }] if described.id == room));
    world.say(&ana, room, &["6"]).await;
    assert_eq!(frames(&his).len(), 1, "it listens again");
    let page = world.page(&bo, room, From::Newest, 50).await.unwrap();
    assert_eq!(page.messages.len(), 6);
}

/// What a client held before somebody left is brought to the present. Fails when `changes` does not say who
/// is gone.
#[tokio::test(flavor = "multi_thread")]
async fn catching_up_tells_who_is_gone() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&ana, room, &["1"]).await;
    world.mark(&bo, room, Seq(1), Seq(1)).await.unwrap();
    let held = world.room(&ana, room).await.unwrap();
    let cursor = |rev| {
        let position = Position { rev, marks: Some(marks_sum(&held.marks)) };
        [(room, position)].into_iter().collect::<VecMap<_, _>>()
    };
    world.leave(&bo, room).await.unwrap();
    let missed = world.catch_up(&ana, &cursor(held.rev)).await.unwrap();
    let [ServerFrame::Changes { upto: Rev(2), messages, members, .. }] = missed.as_slice() else {
        panic!("{missed:?}")
    };
    assert!(messages.is_empty());
    let told = Members { gone: vec![bo.user()], ..Members::default() };
    assert_eq!(*members, told, "of a private chat no more than that");
    assert!(world.catch_up(&ana, &cursor(Rev(2))).await.unwrap().is_empty(), "his marks still count");
}

/// Fails when news is taken by its arrival and not by its number.
#[tokio::test(flavor = "multi_thread")]
async fn news_of_two_nodes_may_overtake_each_other() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let his = socket(&world, &bo).await;
    let left = Bytes::from(ServerFrame::Left { room }.encode());
    let user = bo.user();
    let joined =
        |at| Notice::Joined { user, room, version: MembershipVersion(at), frame: Bytes::from_static(b"{}") };
    let leaves = |at| Notice::Left { user, room, version: MembershipVersion(at), frame: left.clone() };
    world.bus.publish(&leaves(5));
    world.bus.publish(&joined(4));
    assert_eq!(frames(&his), [ServerFrame::Left { room }]);
    world.say(&ana, room, &["not for him"]).await;
    assert_eq!(frames(&his), []);
    world.bus.publish(&joined(6));
    world.bus.publish(&leaves(5));
    drain(&his).unwrap();
    world.say(&ana, room, &["for him"]).await;
    assert_eq!(frames(&his).len(), 1);
}

/// A socket reads its rooms, they are left, and only then it listens to them. Fails when `remember` does
/// not look at the news.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_a_device_connects_is_gone_there_too() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let his = world.hub.listen(bo.user(), bo.session()).unwrap();
    let rooms = world.rooms_to_follow(&bo).await.unwrap();
    world.leave(&bo, room).await.unwrap();
    rooms.into_iter().for_each(|room| his.join(room));
    world.say(&ana, room, &["not for him"]).await;
    assert_eq!(frames(&his), [ServerFrame::Left { room }]);
}

/// Two nodes that share a bus, and one of them hears nothing for a while. Fails when `expel_strangers`
/// expels nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_did_not_hear_of_it_finds_out() {
    let mut redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, bo, room) = world.pair().await;
    let his = socket(&other, &bo).await;
    let hers = socket(&other, &ana).await;
    until_quiet(&world, &his, &bo).await;
    redis.kill();
    world.leave(&bo, room).await.unwrap();
    assert_eq!(frames(&his), [], "it hears nothing");
    redis.restart();
    // The node may resync its rooms before the memberships in them.
    let mut heard = Vec::new();
    while !heard.contains(&ServerFrame::Left { room }) {
        heard.extend(next(&his).await);
    }
    let body = Body::new("not for him").unwrap();
    other.send(&ana, room, MessageId::new(), body).await.unwrap();
    assert_eq!(frames(&his), []);
    assert!(!frames(&hers).is_empty());
}

/// He left, which both nodes heard, and came back, which one did not. Fails when the repair joins a room
/// without saying that he is a member again.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_did_not_hear_who_came_back_finds_out() {
    let mut redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, bo, room) = world.pair().await;
    let his = socket(&other, &bo).await;
    until_quiet(&world, &his, &bo).await;
    world.leave(&bo, room).await.unwrap();
    assert_eq!(next(&his).await, [ServerFrame::Left { room }]);
    redis.kill();
    world.open_private(&bo, ana.user()).await.unwrap();
    redis.restart();
    assert!(
        matches!(&*next(&his).await, [ServerFrame::Room { room: described }, ..] if described.id == room)
    );
    other.bus.watching().await;
    let body = Body::new("for him").unwrap();
    other.send(&ana, room, MessageId::new(), body).await.unwrap();
    let is_said = |frame: &ServerFrame| matches!(frame, ServerFrame::Change(change) if change.rev == Rev(3));
    while !next(&his).await.iter().any(is_said) {}
}

/// Whoever leaves while they write: each message is taken, or refused because they are no member. Fails when
/// the log's statement numbers what it refuses.
#[tokio::test(flavor = "multi_thread")]
async fn leaving_while_one_writes_holds_up_nobody() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut taken = 0;
    for _ in 0..25 {
        world.clock.advance(chrono::TimeDelta::seconds(10));
        let sent = futures::future::join_all(
            (0..20).map(|_| world.send(&bo, room, MessageId::new(), Body::new("on my way out").unwrap())),
        );
        let (sent, left) = tokio::join!(sent, world.leave(&bo, room));
        left.unwrap();
        for answer in sent {
            match answer {
                Ok(_) => taken += 1,
                Err(error) => assert_eq!(error.code, Code::NotFound),
            }
        }
        world.open_private(&bo, ana.user()).await.unwrap();
    }
    let described = world.room(&ana, room).await.unwrap();
    assert_eq!((described.last_seq.0, described.rev.0), (taken, taken + 50));
}

/// Fails when the membership is not forgotten before it is ended: who has left could go on to write for
/// as long as it is remembered.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_leaves_while_the_others_could_not_be_told() {
    let mut redis = RedisServer::start(&[]);
    let cache = Place::Redis(redis.settings());
    let world = TestBackend::with(Media { cache, ..Media::default() }).await;
    let (_, bo, room) = world.pair().await;
    world.members.note(bo.user(), &[room]).await;
    redis.kill();
    assert_eq!(world.leave(&bo, room).await.unwrap_err().code, Code::Unavailable);
    assert!(world.room(&bo, room).await.is_ok(), "nothing has changed");
    redis.restart();
    until_redis_is_back(&world, &bo).await;
    world.leave(&bo, room).await.unwrap();
    assert_eq!(world.members.are_members(&[(room, bo.user())]).await, [Some(false)]);
}
