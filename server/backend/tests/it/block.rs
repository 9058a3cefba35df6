//! Blocking a person: nothing more of them, on any device; and they do not learn of it.

mod group;
mod hidden;
mod race;
mod unopened;

use backend::{Media, Place, SignedIn, bus::Notice, membership::MembershipVersion, messages::From};
use bytes::Bytes;
use model::{Body, Code, MessageId, Rev, Seq, UserId, VecMap, wire::ServerFrame};
use testing::{RedisServer, TestBackend, digest};

use crate::{
    leave::until_redis_is_back,
    sockets::{frames, next, socket, two_nodes},
};

async fn usernames_of_blocked(world: &TestBackend, who: &SignedIn) -> Vec<String> {
    world.blocked(who).await.unwrap().into_iter().map(|person| person.username).collect()
}

/// Two nodes, a device at each. Fails when the end of the membership is not announced, when it is no end
/// (`go` takes nobody out), and when a room is announced to all of its `people`.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_somebody_blocked_reaches_any_device() {
    let redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, bo, room) = world.pair().await;
    world.say(&ana, room, &["1"]).await;
    let [here, there] = [socket(&world, &bo).await, socket(&other, &bo).await];
    world.block(&bo, ana.user()).await.unwrap();
    assert_eq!(frames(&here), [ServerFrame::Left { room }]);
    assert_eq!(next(&there).await, [ServerFrame::Left { room }]);

    for node in [&*world, &other] {
        world.clock.advance(chrono::TimeDelta::seconds(1));
        let body = Body::new("not for him").unwrap();
        node.send(&ana, room, MessageId::new(), body).await.unwrap();
        node.open_private(&ana, bo.user()).await.unwrap();
        node.leave(&ana, room).await.unwrap();
        node.open_private(&ana, bo.user()).await.unwrap();
        let refused = [
            node.room(&bo, room).await.map(drop),
            node.page(&bo, room, From::Newest, 50).await.map(drop),
            node.fetch(&bo, room, Rev(0)).await.map(drop),
            node.mark(&bo, room, Seq(1), Seq(1)).await.map(drop),
            node.send(&bo, room, MessageId::new(), Body::new("still me").unwrap()).await.map(drop),
        ];
        assert!(
            refused.iter().all(|answer| answer.as_ref().unwrap_err().code == Code::NotFound),
            "{refused:?}"
        );
        assert!(node.rooms(&bo).await.unwrap().is_empty());
        assert_eq!(node.catch_up(&bo, &VecMap::default()).await.unwrap(), []);
    }
    assert_eq!((frames(&here), frames(&there)), (Vec::new(), Vec::new()));
    assert_eq!(world.room(&ana, room).await.unwrap().last_seq, Seq(3), "she writes on all the same");
}

/// Fails when a chat is made with both as its members.
#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_somebody_blocked_opens_first_is_not_there_to_the_other() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let his = socket(&world, &bo).await;
    world.block(&bo, ana.user()).await.unwrap();
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    world.say(&ana, room, &["not for him"]).await;
    assert!(world.rooms(&bo).await.unwrap().is_empty());
    assert_eq!(frames(&his), []);

    world.unblock(&bo, ana.user()).await.unwrap();
    let back = world.open_private(&bo, ana.user()).await.unwrap();
    assert_eq!((back.id, back.unread(bo.user())), (room, 1));
}

/// Fails when opening asks for no block.
#[tokio::test(flavor = "multi_thread")]
async fn whom_one_blocks_one_cannot_write_to() {
    let world = TestBackend::start().await;
    let (ana, bo, _) = world.pair().await;
    world.block(&bo, ana.user()).await.unwrap();
    let before = digest(&world).await;
    let refused = world.open_private(&bo, ana.user()).await.unwrap_err();
    assert_eq!(
        (refused.code, &*refused.message),
        (Code::Forbidden, "You have blocked ANA. Unblock them first.")
    );
    assert_eq!(digest(&world).await, before);
}

/// Fails when a silent return is counted like any other.
#[tokio::test(flavor = "multi_thread")]
async fn who_unblocks_and_opens_the_chat_has_missed_nothing() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&ana, room, &["1"]).await;
    let his = socket(&world, &bo).await;
    world.block(&bo, ana.user()).await.unwrap();
    world.say(&ana, room, &["2", "3"]).await;
    world.unblock(&bo, ana.user()).await.unwrap();
    world.unblock(&bo, ana.user()).await.unwrap();
    assert!(world.rooms(&bo).await.unwrap().is_empty(), "he is not back yet");
    assert_eq!(frames(&his), [ServerFrame::Left { room }]);

    let hers = socket(&world, &ana).await;
    let back = world.open_private(&bo, ana.user()).await.unwrap();
    assert_eq!((back.id, back.rev, back.unread(bo.user())), (room, Rev(3), 3));
    let is_described = |frame: &ServerFrame| matches!(frame, ServerFrame::Room { room } if *room == back);
    for device in [&his, &hers] {
        let told = frames(device);
        assert!(told.len() == 1 && told.iter().all(is_described), "{told:?}");
    }
    world.say(&ana, room, &["4"]).await;
    assert!(matches!(&*frames(&his), [ServerFrame::Change(_)]), "it listens again");
    assert_eq!(world.page(&bo, room, From::Newest, 50).await.unwrap().messages.len(), 4);
}

/// All at one `rev`. Fails when silent comings and goings are not counted.
#[tokio::test(flavor = "multi_thread")]
async fn news_of_a_block_may_come_late() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let (his, user) = (socket(&world, &bo).await, bo.user());
    world.block(&bo, ana.user()).await.unwrap();
    world.unblock(&bo, ana.user()).await.unwrap();
    world.open_private(&bo, ana.user()).await.unwrap();
    let left = Bytes::from(ServerFrame::Left { room }.encode());
    world.bus.publish(&Notice::Left { user, room, version: MembershipVersion(1), frame: left });
    frames(&his);
    world.say(&ana, room, &["for him"]).await;
    assert_eq!(frames(&his).len(), 1);

    world.block(&bo, ana.user()).await.unwrap();
    world.bus.publish(&Notice::Joined {
        user,
        room,
        version: MembershipVersion(3),
        frame: Bytes::from_static(b"{}"),
    });
    world.say(&ana, room, &["not for him"]).await;
    assert_eq!(frames(&his), [ServerFrame::Left { room }]);
}

/// Fails when a block is written that is there already.
#[tokio::test(flavor = "multi_thread")]
async fn blocking_twice_is_blocking_once_and_the_newest_is_the_first() {
    let world = TestBackend::start().await;
    let (ana, bo, _) = world.pair().await;
    let cy = world.person("cy_").await;
    world.block(&bo, ana.user()).await.unwrap();
    world.clock.advance(chrono::TimeDelta::seconds(1));
    world.block(&bo, cy.user()).await.unwrap();
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let before = digest(&world).await;
    world.block(&bo, ana.user()).await.unwrap();
    assert_eq!(digest(&world).await, before);
    assert_eq!(usernames_of_blocked(&world, &bo).await, ["cy_", "ana"]);
    assert!(usernames_of_blocked(&world, &ana).await.is_empty(), "it is his, not hers");
    world.unblock(&bo, cy.user()).await.unwrap();
    assert_eq!(usernames_of_blocked(&world, &bo).await, ["ana"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_blocks_themselves_or_nobody() {
    let world = TestBackend::start().await;
    let ana = world.person("ana").await;
    let code = |answer: model::Result<()>| answer.unwrap_err().code;
    assert_eq!(code(world.block(&ana, ana.user()).await), Code::Invalid);
    assert_eq!(code(world.block(&ana, UserId::new()).await), Code::NotFound);
    assert!(world.blocked(&ana).await.unwrap().is_empty());
    world.unblock(&ana, UserId::new()).await.unwrap();
}

/// Fails when the membership is not forgotten before it is ended.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_blocks_while_the_others_could_not_be_told() {
    let mut redis = RedisServer::start(&[]);
    let cache = Place::Redis(redis.settings());
    let world = TestBackend::with(Media { cache, ..Media::default() }).await;
    let (ana, bo, room) = world.pair().await;
    world.members.note(bo.user(), &[room]).await;
    redis.kill();
    assert_eq!(world.block(&bo, ana.user()).await.unwrap_err().code, Code::Unavailable);
    assert!(world.room(&bo, room).await.is_ok() && world.blocked(&bo).await.unwrap().is_empty());
    redis.restart();
    until_redis_is_back(&world, &bo).await;
    world.block(&bo, ana.user()).await.unwrap();
    assert_eq!(world.members.are_members(&[(room, bo.user())]).await, [Some(false)]);
}
