//! Groups on several nodes.

use backend::{Backend, LogMedium, Media, Place};
use futures::future::join_all;
use model::{Body, Code, MessageId, Result, RoomId};
use testing::{Kafka, RedisServer, TestBackend, history, until};

use super::{Client, cast, code, create, title};
use crate::{
    sockets::{two_nodes, until_quiet},
    store::store,
};

/// Of two nodes with a log in Kafka, which take messages by what they remember. Fails when the membership is
/// not forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_while_they_write_elsewhere_is_refused_from_then_on() {
    let redis = RedisServer::start(&[]);
    let settings = Kafka::of_the_process().await.topic(1).await;
    let (bus, cache) = (Place::Redis(redis.settings()), Place::Redis(redis.settings()));
    let log = LogMedium::Kafka(settings.clone());
    let world = TestBackend::with(Media { log, bus, cache, ..Media::default() }).await;
    let other = world.again().await;
    let running = store(&world, &settings);
    let (ana, [bo, cai]) = cast(&world).await;
    for person in [&bo, &cai] {
        let private = world.open_private(&ana, person.user()).await.unwrap().id;
        until_stored(&world, private, 2).await;
    }
    let id = create(&world, &ana, &[bo, cai]).await.id;
    let say = || other.send(&bo, id, MessageId::new(), Body::new("on my way out").unwrap());
    let mut taken = 0;
    for _ in 0..10 {
        world.clock.advance(chrono::TimeDelta::seconds(100));
        say().await.expect("he is there");
        let (sent, removed) =
            tokio::join!(join_all((0..20).map(|_| say())), world.remove(&ana, id, bo.user()));
        removed.unwrap();
        assert_eq!(code(say().await), Code::NotFound);
        taken += 1 + sent.iter().filter(|answer| answer.is_ok()).count();
        assert!(sent.into_iter().filter_map(Result::err).all(|error| error.code == Code::NotFound));
        world.add(&ana, id, &[bo.user()]).await.unwrap();
    }
    until_stored(&world, id, taken).await;
    let room = world.room(&cai, id).await.unwrap();
    assert_eq!((room.last_seq.0, room.rev.0), (taken as i64, taken as i64 + 20), "what was taken stands");
    drop(running);
}

async fn until_stored(world: &Backend, room: RoomId, count: usize) {
    until("what was said is stored", async || (history(world, room).await.len() >= count).then_some(()))
        .await;
}

/// On two nodes that share a bus, one of which hears nothing for a while. Fails when the rooms are not told
/// where they stand, and when what is fetched then says nothing of people.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_cut_off_tells_what_became_of_the_group() {
    let mut redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, [bo, cai, dee]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    let mut hers = Client::start(&other, &cai).await;
    let [mut his, mut new] = [Client::start(&other, &bo).await, Client::start(&other, &dee).await];
    until_quiet(&world, &hers.0, &cai).await;
    redis.kill();
    world.remove(&ana, id, bo.user()).await.unwrap();
    world.add(&ana, id, &[dee.user()]).await.unwrap();
    world.rename(&ana, id, title("Porto")).await.unwrap();
    redis.restart();
    while hers.room(id).unwrap().title.as_deref() != Some("Porto") {
        hers.hear().await;
        hers.settle(&other, &cai, id).await;
    }
    hers.settle(&other, &cai, id).await;
    new.settle(&other, &dee, id).await;
    assert_eq!(hers.room(id).unwrap().members(), world.room(&cai, id).await.unwrap().members());
    while his.room(id).is_some() {
        his.hear().await;
    }
}

/// On two nodes. Whatever comes last, everybody who is there holds the same. Fails when the room is not
/// locked.
#[tokio::test(flavor = "multi_thread")]
async fn adding_and_removing_at_once_ends_in_one_state() {
    let redis = RedisServer::start(&[]);
    let (world, other) = two_nodes(&redis).await;
    let (ana, [bo, cai]) = cast(&world).await;
    let id = create(&world, &ana, &[bo, cai]).await.id;
    let mut hers = Client::start(&world, &ana).await;
    let mut his = Client::start(&other, &cai).await;
    let back = [bo.user()];
    for _ in 0..20 {
        world.clock.advance(chrono::TimeDelta::seconds(100));
        let added = join_all((0..4).map(|_| world.add(&ana, id, &back)));
        let removed = join_all((0..4).map(|_| other.remove(&ana, id, bo.user())));
        let (added, removed) = tokio::join!(added, removed);
        assert!(added.iter().chain(&removed).all(Result::is_ok), "{added:?} {removed:?}");
        let room = world.room(&ana, id).await.unwrap();
        let is_there = !room.gone.contains(&bo.user());
        assert_eq!(is_there, room.rev.0 % 2 == 0, "each coming and each going has its number");
    }
    for (client, node, who) in [(&mut hers, &*world, &ana), (&mut his, &other, &cai)] {
        client.settle(node, who, id).await;
        let truth = node.room(who, id).await.unwrap();
        assert_eq!(client.room(id).unwrap().members(), truth.members());
    }
}
