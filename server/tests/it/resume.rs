//! Connections break; what was missed comes, and nothing comes twice.

use model::{
    Rev, Seq,
    limits::{MESSAGE_CHARS, SERVER_FRAME_BYTES},
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

/// Clients' libraries stop at a MiB. Fails when all that was missed goes into one frame.
#[tokio::test(flavor = "multi_thread")]
async fn no_frame_is_larger_than_a_mebibyte() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    // As long as a message can be, in characters that JSON writes with six bytes.
    let longest = format!(
        "INSERT INTO messages (room_id, seq, rev, id, sender_id, at, body) \
         SELECT '{room}', n, n, gen_random_uuid(), '{}', now(), repeat(chr(1), {MESSAGE_CHARS}) \
         FROM generate_series(1, 201) n; \
         UPDATE rooms SET last_seq = 201, rev = 201 WHERE id = '{room}'",
        bo.who.user()
    );
    testing::run(&world.backend, &longest).await;
    let mut device = world.device(&ana).await;
    for after in [1, 0] {
        let mut chat = model::Chat::new(ana.who.user());
        let mut described = world.backend.room(&ana.who, room).await.unwrap();
        (described.rev, described.last_seq, described.last) = (Rev(after), Seq(after), None);
        chat.room(described);
        device.say(&ClientFrame::Fetch { room, after: Rev(after) }).await;
        while chat.conversation(room).unwrap().timeline.rev() < Rev(201) {
            let frame = device.next().await;
            assert!(frame.encode().len() <= SERVER_FRAME_BYTES);
            chat.receive(frame);
        }
        let held = chat.conversation(room).unwrap().timeline.messages();
        let limited = after == 0;
        assert!(if limited { (20..50).contains(&held.len()) } else { held.len() == 200 }, "{}", held.len());
        assert_eq!(held.last().unwrap().seq, Seq(201));
    }
    // The same on connecting.
    let mut device = world.dial(&ana).await;
    let frames = device.catch_up(&[(room, 1)]).await;
    assert!(frames.len() > 4, "{}", frames.len());
    assert!(frames.iter().all(|frame| frame.encode().len() <= SERVER_FRAME_BYTES));
}
