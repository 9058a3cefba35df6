//! Changes of messages that are asked for again, because their answers were lost.

use backend::{
    Backend, SignedIn,
    jobs::{CleanChanges, run_due_jobs},
    messages::From,
};
use chrono::TimeDelta;
use model::{Body, ChangeId, Code, Emoji, Message, MessageId, Rev, RoomId};
use testing::{TestBackend, number};

use crate::sockets::{frames, socket};

fn body(text: &str) -> Body {
    Body::new(text).unwrap()
}

fn emoji(text: &str) -> Option<Emoji> {
    Some(Emoji::new(text).unwrap())
}

async fn newest(backend: &Backend, who: &SignedIn, room: RoomId) -> Message {
    backend.page(who, room, From::Newest, 1).await.unwrap().messages.remove(0)
}

/// Fails when the ids of changes are not kept: the first text comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_changes_nothing_whatever_another_device_changed_since() {
    let world = TestBackend::start().await;
    let other = world.again().await;
    let (ana, _, room) = world.pair().await;
    let id = world.say(&ana, room, &["frist"]).await[0];
    let (edit, reaction) = (ChangeId::new(), ChangeId::new());
    let edited = world.edit(&ana, room, id, body("first"), Some(edit)).await.unwrap();
    let reacted = world.react(&ana, room, id, emoji("👍"), Some(reaction)).await.unwrap();
    assert_eq!((edited.rev, reacted.rev), (Rev(2), Rev(3)));
    other.edit(&ana, room, id, body("second"), None).await.unwrap();
    other.react(&ana, room, id, None, None).await.unwrap();
    let before = newest(&world, &ana, room).await;
    let nodes: [&Backend; 2] = [&world, &other];
    for node in nodes {
        let again = node.edit(&ana, room, id, body("first"), Some(edit)).await.unwrap();
        assert_eq!((again.rev, &again.message), (Rev(2), &before));
        let again = node.react(&ana, room, id, emoji("👍"), Some(reaction)).await.unwrap();
        assert_eq!((again.rev, &again.message), (Rev(3), &before));
    }
    assert_eq!(newest(&world, &ana, room).await, before);
    assert_eq!(world.room(&ana, room).await.unwrap().rev, Rev(5));
    world.delete(&ana, room, id).await.unwrap();
    let again = world.edit(&ana, room, id, body("first"), Some(edit)).await.unwrap();
    assert_eq!((again.rev, again.message.deleted, &*again.message.body), (Rev(2), true, ""));
}

/// Fails when only what changes something is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_none_is_none_later_too() {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let id = world.say(&ana, room, &["as it is"]).await[0];
    let change = Some(ChangeId::new());
    let same = world.edit(&ana, room, id, body("as it is"), change).await.unwrap();
    assert_eq!((same.rev, same.message.edited), (Rev(1), None));
    world.edit(&ana, room, id, body("another"), None).await.unwrap();
    let again = world.edit(&ana, room, id, body("as it is"), change).await.unwrap();
    assert_eq!((again.rev, &*again.message.body), (Rev(1), "another"));
}

/// Fails when the ids are looked up before the room is locked.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_asked_for_twice_at_once_is_made_once() {
    let world = TestBackend::start().await;
    let other = world.again().await;
    let (ana, bo, room) = world.pair().await;
    let id = world.say(&ana, room, &["look"]).await[0];
    for (round, text) in ["👍", "❤️", "😂"].into_iter().enumerate() {
        let change = Some(ChangeId::new());
        let (one, two) = tokio::join!(
            world.react(&bo, room, id, emoji(text), change),
            other.react(&bo, room, id, emoji(text), change)
        );
        let rev = Rev(round as i64 + 2);
        assert_eq!((one.unwrap().rev, two.unwrap().rev), (rev, rev));
        assert_eq!(world.room(&ana, room).await.unwrap().rev, rev);
    }
}

/// Fails when an id is everybody's, and when a refusal uses one up.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_names_one_change_of_one_user() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let ids = world.say(&ana, room, &["one", "two"]).await;
    let change = Some(ChangeId::new());
    let refused = world.edit(&ana, room, MessageId::new(), body("none"), change).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
    assert_eq!(world.react(&bo, room, ids[0], emoji("👍"), change).await.unwrap().rev, Rev(3));
    assert_eq!(world.edit(&ana, room, ids[0], body("three"), change).await.unwrap().rev, Rev(4));
    let refused = world.edit(&ana, room, ids[1], body("four"), change).await.unwrap_err();
    assert_eq!(refused.code, Code::IdConflict);
    assert_eq!(newest(&world, &ana, room).await.body, "two");
    world.leave(&bo, room).await.unwrap();
    let refused = world.react(&bo, room, ids[0], emoji("👍"), change).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound, "only members are answered");
}

/// A session that is not used ends after 30 days, and with it the outbox that could ask again.
#[tokio::test(flavor = "multi_thread")]
async fn ids_are_deleted_when_no_client_can_ask_again() {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let id = world.say(&ana, room, &["one"]).await[0];
    let cleaned = async || {
        let mut db = world.db.get().await.unwrap();
        world.jobs.enqueue(&mut db, &CleanChanges {}).await.unwrap();
        run_due_jobs(&world).await.unwrap();
        number(world.database.url(), "SELECT count(*) FROM applied_changes").await.unwrap()
    };
    for (text, left) in [("two", 1), ("three", 2), ("four", 2)] {
        world.edit(&ana, room, id, body(text), Some(ChangeId::new())).await.unwrap();
        assert_eq!(cleaned().await, left);
        world.clock.advance(TimeDelta::days(16));
    }
}

/// Fails when a change that changes nothing is published all the same, or a retry is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_nothing_is_not_published() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let id = world.say(&ana, room, &["look"]).await[0];
    let hers = socket(&world, &ana).await;
    world.react(&bo, room, id, None, Some(ChangeId::new())).await.unwrap();
    assert_eq!(frames(&hers), []);
    let change = Some(ChangeId::new());
    for _ in 0..2 {
        world.react(&bo, room, id, emoji("👍"), change).await.unwrap();
        assert_eq!(frames(&hers).len(), 1, "the first try may have ended before it was published");
    }
}

/// Fails when the id of a change is only looked for under the room's lock: the second one is a fault of the server.
#[tokio::test(flavor = "multi_thread")]
async fn one_id_in_two_rooms_at_once_is_a_conflict() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let cy = world.person("cy_").await;
    let elsewhere = world.open_private(&ana, cy.user()).await.unwrap().id;
    let here = world.say(&bo, room, &["here"]).await[0];
    let there = world.say(&ana, elsewhere, &["there"]).await[0];
    for _ in 0..10 {
        let change = Some(ChangeId::new());
        world.clock.advance(TimeDelta::seconds(60));
        let (one, two) = tokio::join!(
            world.react(&ana, room, here, emoji("👍"), change),
            world.react(&ana, elsewhere, there, emoji("👍"), change)
        );
        let refused: Vec<model::Error> = [one, two].into_iter().filter_map(Result::err).collect();
        let [refused] = &refused[..] else { panic!("one of the two is made") };
        assert_eq!(refused.code, Code::IdConflict);
    }
}
