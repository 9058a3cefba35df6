//! Connections break; what was missed comes, and nothing comes twice.

use model::{
    Rev, Seq,
    wire::{ClientFrame, ServerFrame},
};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_resumes_where_it_stood() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    world.backend.say(&ana.who, room, &["1", "2", "3"]).await;
    let mut bo = world.dial(&bo).await;
    let frames = bo.catch_up(&[(room, 1)]).await;
    let [ServerFrame::Welcome { .. }, ServerFrame::Changes { after, upto, messages, .. }] = frames.as_slice()
    else {
        panic!("{frames:?}")
    };
    assert_eq!((after, upto), (&Rev(1), &Rev(3)));
    assert_eq!(messages.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["2", "3"]);
    world.backend.say(&ana.who, room, &["4"]).await;
    assert_eq!(bo.live().await, (4, "4".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_is_fetched() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut bo = world.device(&bo).await;
    world.backend.say(&ana.who, room, &["1", "2"]).await;
    bo.say(&ClientFrame::Fetch { room, after: Rev(0) }).await;
    let changes = bo
        .until(|frame| match frame {
            ServerFrame::Changes { messages, upto, .. } => Some((messages.len(), upto)),
            _ => None,
        })
        .await;
    assert_eq!(changes, (2, Rev(2)));
}

/// Messages fly while a client connects again and again: subscribing after reading would lose
/// what falls in between.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_falls_between_catching_up_and_listening() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut sender = world.device(&ana).await;
    let mut chat = model::Chat::new(bo.who.user());
    for round in 0..40 {
        let mut device = world.dial(&bo).await;
        sender.send(room, &format!("{round}")).await;
        device.say(&chat.hello()).await;
        let target = round + 1;
        while chat.conversation(room).is_none_or(|one| one.timeline.rev() < Rev(target)) {
            chat.receive(device.next().await);
        }
        chat.disconnected();
        world.backend.clock.advance(chrono::TimeDelta::milliseconds(100));
    }
    let timeline = &chat.conversation(room).unwrap().timeline;
    let bodies: Vec<&str> = timeline.messages().iter().map(|message| message.body.as_str()).collect();
    let all: Vec<String> = (0..40).map(|n| format!("{n}")).collect();
    assert_eq!(bodies, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_reach_the_others() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let (mut ana, mut bo) = (world.device(&ana).await, world.device(&bo).await);
    let id = ana.send(room, "seen?").await;
    ana.answer(id).await.unwrap();
    bo.say(&ClientFrame::Mark { room, delivered: Seq(1), read: Seq(0) }).await;
    bo.say(&ClientFrame::Mark { room, delivered: Seq(1), read: Seq(1) }).await;
    let reader = bo.who.user();
    let read = ana
        .until(|frame| match frame {
            ServerFrame::Mark { mark, .. } if mark.user == reader && mark.read == Seq(1) => Some(mark),
            _ => None,
        })
        .await;
    assert_eq!(read.delivered, Seq(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_answers_what_was_read_and_tells_clients_to_come_back() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    let mut ana = world.device(&ana).await;
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(ana.send(room, &format!("{n}")).await);
    }
    ana.answer(ids[0]).await.unwrap();
    let who = ana.who;
    let (backend, (code, reason)) = tokio::join!(world.shut_down(), ana.farewell());
    assert_eq!((code, reason.as_str()), (4001, "restarting"));
    let room = backend.room(&who, room).await.unwrap();
    assert!(room.last_seq >= Seq(1), "{room:?}");
}
