//! Every message once, in one order, on every device.

use std::collections::HashMap;

use model::{Code, MessageId};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_every_device_of_everybody() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let phone = world.backend.session(ana.who.user()).await;
    let (mut ana, mut phone, mut bo) =
        (world.device(&ana).await, world.device(&phone).await, world.device(&bo).await);
    let id = ana.send(room, "hello").await;
    assert_eq!(ana.answer(id).await, Ok(1));
    assert_eq!(phone.live().await, (1, "hello".into()));
    assert_eq!(bo.live().await, (1, "hello".into()));
}

/// Sent three times, from two devices: without the ids each copy would be a message.
// Fails when `Connection::send` makes an id of its own.
#[tokio::test(flavor = "multi_thread")]
async fn row_15_the_same_id_from_two_devices_is_the_same_message() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let phone = world.backend.session(ana.who.user()).await;
    let (mut ana, mut phone, mut bo) =
        (world.device(&ana).await, world.device(&phone).await, world.device(&bo).await);
    let id = MessageId::new();
    for _ in 0..3 {
        ana.send_as(room, id, "once").await;
        phone.send_as(room, id, "once").await;
    }
    for _ in 0..3 {
        assert_eq!(ana.answer(id).await, Ok(1));
        assert_eq!(phone.answer(id).await, Ok(1));
    }
    let next = ana.send(room, "twice").await;
    assert_eq!(ana.answer(next).await, Ok(2));
    assert_eq!(bo.live().await, (1, "once".into()));
    assert_eq!(bo.live().await, (2, "twice".into()), "no copy in between");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_text_under_a_known_id_is_refused_and_the_first_stands() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (mut ana, mut bo) = (world.device(&ana).await, world.device(&bo).await);
    let id = ana.send(room, "first").await;
    assert_eq!(ana.answer(id).await, Ok(1));
    ana.send_as(room, id, "second").await;
    assert_eq!(ana.answer(id).await.unwrap_err().code, Code::IdConflict);
    assert_eq!(bo.live().await, (1, "first".into()));
    bo.send_as(room, id, "first").await;
    assert_eq!(bo.answer(id).await.unwrap_err().code, Code::IdConflict);
    let next = ana.send(room, "next").await;
    assert_eq!(ana.answer(next).await, Ok(2));
    assert_eq!(bo.live().await, (2, "next".into()), "nothing in between");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_in_order_is_numbered_in_order() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (mut ana, mut bo) = (world.device(&ana).await, world.device(&bo).await);
    let mut ids = Vec::new();
    for n in 0..50 {
        ids.push(ana.send(room, &format!("{n}")).await);
    }
    for n in 0..50 {
        assert_eq!(bo.live().await, (n + 1, format!("{n}")));
    }
    // The answers may come in another order than the messages were sent.
    let mut numbers = HashMap::new();
    while numbers.len() < ids.len() {
        let (id, seq) = ana.accepted().await;
        numbers.insert(id, seq);
    }
    assert_eq!(ids.iter().map(|id| numbers[id]).collect::<Vec<_>>(), (1..=50).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_texts_are_refused_in_words_and_change_nothing() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    let stranger = world.person("stranger").await;
    let (mut ana, mut stranger) = (world.device(&ana).await, world.device(&stranger).await);
    for body in ["", "  \n ", "a\0b", &"x".repeat(4_097)] {
        let id = ana.send(room, body).await;
        let refused = ana.answer(id).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("body")));
    }
    let id = stranger.send(room, "let me in").await;
    assert_eq!(stranger.answer(id).await.unwrap_err().code, Code::NotFound);
    let id = ana.send(room, "fine").await;
    assert_eq!(ana.answer(id).await, Ok(1));
}
