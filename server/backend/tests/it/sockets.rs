//! Sockets as the backend sees them: what waits for whom, on one node or two.

use std::time::Duration;

use backend::{
    Backend, Media, Place, SignedIn,
    bus::Notice,
    hub::{Outgoing, Subscription},
};
use bytes::Bytes;
use model::wire::ServerFrame;
use testing::{RedisServer, TestBackend};

use crate::hub::drain;

fn parse(outgoing: Outgoing) -> ServerFrame {
    match outgoing {
        Outgoing::Frame(bytes) => ServerFrame::parse(std::str::from_utf8(&bytes).unwrap()).unwrap(),
        Outgoing::Beat(_) => panic!("no beat is due"),
    }
}

/// What waits.
pub(crate) fn frames(subscription: &Subscription) -> Vec<ServerFrame> {
    drain(subscription).unwrap().into_iter().map(parse).collect()
}

/// What comes next.
pub(crate) async fn next(subscription: &Subscription) -> Vec<ServerFrame> {
    let mut told = Vec::new();
    let heard = tokio::time::timeout(Duration::from_secs(20), subscription.listener().next(&mut told)).await;
    heard.expect("something comes").unwrap();
    told.into_iter().map(parse).collect()
}

/// A socket that has caught up.
pub(crate) async fn socket(backend: &Backend, who: &SignedIn) -> Subscription {
    let socket = backend.hub.listen(who.user(), who.session()).unwrap();
    for room in backend.rooms_to_follow(who).await.unwrap() {
        socket.join(room);
    }
    backend.bus.watching().await;
    socket
}

/// Two nodes that share a bus; the second repairs what it missed.
pub(crate) async fn two_nodes(redis: &RedisServer) -> (TestBackend, Backend) {
    let bus = Place::Redis(redis.settings());
    let world = TestBackend::with(Media { bus, ..Media::default() }).await;
    let other = world.again().await;
    tokio::spawn(other.clone().run_repair());
    (world, other)
}

/// What the first node published for a person so far, once all of it is on a socket of the second.
pub(crate) async fn until_quiet(first: &Backend, socket: &Subscription, who: &SignedIn) -> Vec<ServerFrame> {
    let frame = Bytes::from(ServerFrame::CaughtUp.encode());
    first.bus.publish(&Notice::Person { user: who.user(), frame });
    let mut told = Vec::new();
    while !told.contains(&ServerFrame::CaughtUp) {
        told.extend(next(socket).await);
    }
    told
}
