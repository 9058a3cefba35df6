//! A panic ends what it happened in, and that alone.

use leptos::prelude::*;

use crate::{request::Request, world::World};

/// A call that no product has.
#[server(prefix = "/api", endpoint = "test/panic")]
pub(crate) async fn panics() -> Result<(), ServerFnError> {
    panic!("a panic on purpose")
}

// Fails when `CatchPanicLayer` is left out of the router: the connection ends without an answer.
#[tokio::test(flavor = "multi_thread")]
async fn row_10_a_panic_in_a_handler_is_a_500_and_nothing_more() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (mut ana, mut bo) = (world.device(&ana).await, world.device(&bo).await);
    for _ in 0..20 {
        assert_eq!(Request::post(&world, "/api/test/panic", "").send(&world).await.status, 500);
    }
    let id = ana.send(room, "still here").await;
    assert_eq!(ana.answer(id).await, Ok(1));
    assert_eq!(bo.live().await, (1, "still here".into()));
}

// Fails when a `Subscription` does not leave the hub on `drop`.
#[tokio::test(flavor = "multi_thread")]
async fn row_10_a_panic_in_a_connection_leaves_nothing_behind() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut bo = world.device(&bo).await;
    for _ in 0..100 {
        let subscription = world.backend.hub.listen(ana.who.user(), ana.who.session()).unwrap();
        subscription.join(room);
        let connection = tokio::spawn(async move {
            let _held = subscription.listener();
            panic!("a panic on purpose");
        });
        assert!(connection.await.unwrap_err().is_panic());
    }
    assert_eq!(world.backend.hub.sockets(), 1);
    let mut ana = world.device(&ana).await;
    let id = ana.send(room, "still here").await;
    assert_eq!(ana.answer(id).await, Ok(1));
    assert_eq!(bo.live().await, (1, "still here".into()));
}
