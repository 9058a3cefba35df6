//! Blocking at the same moment as something else: what stands in the end is as if one had been first.

use backend::{Backend, Media, SignedIn};
use chrono::TimeDelta;
use futures::future::join_all;
use model::{Body, Code, MessageId, Result, RoomId};
use testing::{TestBackend, number};

const ROUNDS: usize = 25;

/// Nodes that share nothing but the database.
async fn two_nodes() -> (TestBackend, Backend) {
    let world = TestBackend::with(Media::default()).await;
    let other = world.again().await;
    (world, other)
}

async fn is_member(node: &Backend, who: &SignedIn, room: RoomId) -> bool {
    node.room(who, room).await.is_ok()
}

async fn is_blocked(node: &Backend, by: &SignedIn) -> bool {
    !node.blocked(by).await.unwrap().is_empty()
}

/// Time enough for everybody to be allowed as much again.
fn rest(world: &TestBackend) {
    world.clock.advance(TimeDelta::seconds(60));
}

/// Fails when a membership ends without the room's lock.
#[tokio::test(flavor = "multi_thread")]
async fn against_what_both_write() {
    let (world, other) = two_nodes().await;
    let (ana, bo, room) = world.pair().await;
    let mut taken = 0;
    for _ in 0..ROUNDS {
        rest(&world);
        let say = |who| (0..10).map(move |_| (who, Body::new("meanwhile").unwrap()));
        let sent = say(&ana).chain(say(&bo)).map(async |(who, body)| {
            let node = if who == &ana { &*world } else { &other };
            (who == &ana, node.send(who, room, MessageId::new(), body).await)
        });
        let (sent, blocked) = tokio::join!(join_all(sent), world.block(&bo, ana.user()));
        blocked.unwrap();
        for (is_hers, answer) in sent {
            match answer {
                Ok(_) => taken += 1,
                Err(error) => assert_eq!((is_hers, error.code), (false, Code::NotFound)),
            }
        }
        assert!(!is_member(&world, &bo, room).await);
        world.unblock(&bo, ana.user()).await.unwrap();
        world.open_private(&bo, ana.user()).await.unwrap();
    }
    let described = world.room(&ana, room).await.unwrap();
    assert_eq!((described.last_seq.0, described.rev.0), (taken, taken), "comings and goings have no number");
    assert_eq!(described.mark(bo.user()).unwrap().upto, described.last_seq);
}

/// She opens the chat for the first time, on the other node. Fails when either of the two takes no lock of
/// the pair: she finds no block, and he no chat to leave.
#[tokio::test(flavor = "multi_thread")]
async fn against_the_first_opening_by_the_other() {
    let (world, other) = two_nodes().await;
    for round in 0..ROUNDS {
        let [ana, bo] =
            [world.person(&format!("ana{round}")).await, world.person(&format!("bo{round}")).await];
        let (opened, blocked) =
            tokio::join!(other.open_private(&ana, bo.user()), world.block(&bo, ana.user()));
        blocked.unwrap();
        let room = opened.unwrap();
        assert!(room.gone.is_empty() && room.people.len() == 2);
        assert!(!is_member(&world, &bo, room.id).await);
    }
}

/// He opens the chat himself, and takes the block back, at that moment. Fails when blocking takes no lock of
/// the pair: blocked, and in the chat.
#[tokio::test(flavor = "multi_thread")]
async fn against_ones_own_other_devices() {
    let (world, other) = two_nodes().await;
    let (ana, bo, room) = world.pair().await;
    for round in 0..ROUNDS {
        rest(&world);
        if round % 2 == 0 {
            world.leave(&bo, room).await.unwrap();
        }
        let (blocked, opened, unblocked) =
            tokio::join!(world.block(&bo, ana.user()), other.open_private(&bo, ana.user()), async {
                if round % 3 == 0 { other.unblock(&bo, ana.user()).await } else { Ok(()) }
            },);
        blocked.unwrap();
        unblocked.unwrap();
        let is_in = is_member(&world, &bo, room).await;
        assert!(!(is_in && is_blocked(&world, &bo).await), "blocked, and in the chat");
        if let Err(error) = opened {
            assert!(matches!(error.code, Code::Forbidden | Code::NotFound), "{error}");
        }
        world.unblock(&bo, ana.user()).await.unwrap();
        world.open_private(&bo, ana.user()).await.unwrap();
    }
    let rows = "SELECT count(*) AS count FROM memberships";
    assert_eq!(number(world.database.url(), rows).await.unwrap(), 2, "one membership for each");
}

/// They wait for each other, and not for ever.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_block_each_other() {
    let (world, other) = two_nodes().await;
    let (ana, bo, room) = world.pair().await;
    for _ in 0..ROUNDS {
        rest(&world);
        let (hers, his, sent): (Result<()>, Result<()>, _) = tokio::join!(
            world.block(&ana, bo.user()),
            other.block(&bo, ana.user()),
            other.send(&ana, room, MessageId::new(), Body::new("still here").unwrap()),
        );
        hers.unwrap();
        his.unwrap();
        assert!(sent.is_ok() || sent.is_err_and(|error| error.code == Code::NotFound));
        assert!(!is_member(&world, &ana, room).await && !is_member(&world, &bo, room).await);
        world.unblock(&ana, bo.user()).await.unwrap();
        let alone = world.open_private(&ana, bo.user()).await.unwrap();
        assert!(alone.gone.is_empty() && !is_member(&world, &bo, room).await);
        world.unblock(&bo, ana.user()).await.unwrap();
        world.open_private(&bo, ana.user()).await.unwrap();
    }
}
