//! Connections that end without saying so, and crowds that come back.

use futures::future::join_all;
use model::{
    limits::SILENCE_MS,
    wire::{CloseCode, ServerFrame},
};
use tokio::sync::watch;

use crate::world::World;

// Fails when `Hub::beat` closes nobody: the dead connection stays, and with it one of 32 places.
#[tokio::test(flavor = "multi_thread")]
async fn row_11_a_half_open_connection_is_noticed_and_its_client_resumes() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut dead = world.device(&ana).await;
    let mut bo = world.device(&bo).await;
    let id = bo.send(room, "into the void").await;
    bo.answer(id).await.unwrap();
    // `dead` reads nothing from here on, so it answers no ping; `bo` goes on.
    for _ in 0..2 * SILENCE_MS / 1000 {
        world.backend.hub.beat();
        let id = bo.send(room, "hello?").await;
        let _ = bo.answer(id).await;
    }
    assert_eq!(dead.farewell().await, (4003, "silent".into()));
    drop(dead);
    world.until("its place is free", || world.backend.hub.sockets() == 1).await;
    let mut again = world.dial(&ana).await;
    let missed = again.catch_up(&[(room, 0)]).await;
    let whole = |frame: &ServerFrame| matches!(frame, ServerFrame::Changes { messages, limited: false, .. } if messages[0].body == "into the void");
    assert!(missed.iter().any(whole), "{missed:?}");
}

// Somebody talks all the time, so that every connection has something to miss between reading and
// listening. Fails when `resume` joins the rooms after `catch_up`, and when the pool waits 40 ms for a
// connection in use.
#[tokio::test(flavor = "multi_thread")]
async fn row_13_a_crowd_reconnects_at_once_and_everybody_is_caught_up() {
    const CROWD: usize = 300;
    let world = World::start().await;
    let (people, room) = world.group(20).await;
    let session = |n: usize| &people[n % people.len()];
    let mut devices = join_all((0..CROWD).map(|n| world.device(session(n)))).await;
    world.backend.hub.close_some(CloseCode::Restarting, usize::MAX);
    let farewells = join_all(devices.iter_mut().map(|device| device.farewell())).await;
    assert!(farewells.iter().all(|(code, _)| *code == 4001));
    drop(devices);
    world.backend.say(&people[0].who, room, &["while you were away"]).await;

    let (back, mut returns) = watch::channel(0);
    let crowd = join_all((0..CROWD).map(async |n| {
        let mut device = world.dial(session(n)).await;
        let missed = device.catch_up(&[(room, 0)]).await;
        back.send_modify(|count| *count += 1);
        (device, missed)
    }));
    // All the while, and not more than anybody is told on coming back: a word for two who come.
    let talk = async {
        let mut seen = 0;
        while seen < CROWD {
            world.backend.say(&people[0].who, room, &["while you come"]).await;
            let next = CROWD.min(seen + 2);
            seen = *returns.wait_for(|count| *count >= next).await.expect("somebody comes");
        }
        world.backend.say(&people[0].who, room, &["the end"]).await;
    };
    let (again, ()) = tokio::join!(crowd, talk);
    assert_eq!(world.backend.hub.sockets(), CROWD);
    let last = world.backend.room(&people[0].who, room).await.unwrap().rev.0;
    assert!(last > 2, "nobody talked while the crowd came");
    for (mut device, missed) in again {
        let mut seen: Vec<i64> = missed
            .iter()
            .filter_map(|frame| match frame {
                ServerFrame::Changes { messages, limited: false, .. } => Some(messages),
                _ => None,
            })
            .flatten()
            .map(|message| message.rev.0)
            .collect();
        while seen.last() != Some(&last) {
            let (rev, _) = device.live().await;
            // What came both ways is dropped by its number.
            if !seen.contains(&rev) {
                seen.push(rev);
            }
        }
        assert_eq!(seen, (1..=last).collect::<Vec<_>>());
    }
}
