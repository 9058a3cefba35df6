//! Many senders, long absences, stalled readers, deep histories.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use backend::messages::From;
use futures::future::join_all;
use model::{
    Code, Message, MessageId, Page, Rev, RoomId, Seq,
    wire::{Change, ClientFrame, Item, ServerFrame},
};

use tokio::time::sleep;

use crate::{
    request::Request,
    world::{Device, World},
};

/// The messages that reach a device live, as they come.
async fn hear(device: &mut Device, count: usize) -> Vec<(i64, String)> {
    let mut heard = Vec::with_capacity(count);
    while heard.len() < count {
        heard.push(device.live().await);
    }
    heard
}

// Fails when a batch is published in another order than it is numbered.
#[tokio::test(flavor = "multi_thread")]
async fn row_16_fifty_senders_in_one_room_have_one_dense_order() {
    const EACH: usize = 4;
    let world = World::start().await;
    let (people, room) = world.group(50).await;
    let mut devices = join_all(people.iter().map(|session| world.device(session))).await;
    let all = people.len() * EACH;
    let heard = join_all(devices.iter_mut().enumerate().map(async |(n, device)| {
        for k in 0..EACH {
            device.send(room, &format!("{n}.{k}")).await;
        }
        hear(device, all).await
    }))
    .await;
    let mut stored = Vec::new();
    for after in [0, 100] {
        let page = world.backend.page(&people[0].who, room, From::After(Seq(after)), 100).await.unwrap();
        stored.extend(page.messages.into_iter().map(|message| (message.seq.0, message.body)));
    }
    assert!(stored.iter().map(|(seq, _)| *seq).eq(1..=all as i64), "dense");
    assert!(heard.iter().all(|heard| *heard == stored), "everybody has the order of the table");
    for n in 0..people.len() {
        let own = stored.iter().filter(|(_, body)| body.starts_with(&format!("{n}.")));
        assert!(own.map(|(_, body)| body.clone()).eq((0..EACH).map(|k| format!("{n}.{k}"))));
    }
}

/// Whether a frame holds anything of a room.
fn is_of(frame: &ServerFrame, room: RoomId) -> bool {
    frame.encode().contains(&room.to_string())
}

// Somebody talks all the while, and a device connects. Fails when `Hub::expel` leaves a listener in the
// room.
#[tokio::test(flavor = "multi_thread")]
async fn row_17_who_leaves_while_messages_fly_hears_nothing_more_on_any_device() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let cy = world.person("cy_").await;
    let elsewhere = world.backend.open_private(&cy.who, bo.who.user()).await.unwrap().id;
    world.backend.open_private(&bo.who, cy.who.user()).await.unwrap();
    let mut hers = world.device(&ana).await;
    let mut his = join_all((0..3).map(|_| world.device(&bo))).await;
    // Her newest message; the last one she has to say, once he has left.
    let (said, end) = (AtomicI64::new(0), AtomicI64::new(i64::MAX));
    let talk = async {
        while said.load(Ordering::SeqCst) < end.load(Ordering::SeqCst) {
            let id = hers.send(room, "still here").await;
            match hers.answer(id).await {
                Ok(seq) => said.store(seq, Ordering::SeqCst),
                Err(error) => sleep(Duration::from_millis(error.retry_after.unwrap().into())).await,
            }
        }
    };
    let leave = async {
        world.until("something was said", || said.load(Ordering::SeqCst) > 10).await;
        let form = format!("room={room}");
        let (answer, late) = tokio::join!(
            Request::post(&world, "/api/rooms/leave", form).of(&bo).send(&world),
            world.device(&bo)
        );
        assert_eq!((answer.status, &*answer.body), (200, "null"));
        let heard_at_most = said.load(Ordering::SeqCst);
        end.store(heard_at_most + 20, Ordering::SeqCst);
        (heard_at_most, late)
    };
    let ((), (heard_at_most, late)) = tokio::join!(talk, leave);
    his.push(late);
    // What reaches him at last is of another room.
    world.backend.say(&cy.who, elsewhere, &["the end"]).await;
    for mut device in his {
        let (mut newest, mut left) = (0, false);
        loop {
            match device.next().await {
                ServerFrame::Change(Change { room: of, item: Item::Message { message }, .. }) => {
                    if of == elsewhere {
                        break;
                    }
                    assert!(!left, "{message:?}");
                    newest = message.seq.0;
                }
                ServerFrame::Left { .. } => left = true,
                frame => assert!(!is_of(&frame, room), "{frame:?}"),
            }
        }
        // One more may have been accepted and not yet counted when he had left.
        assert!(newest <= heard_at_most + 1, "{newest} reached him, {heard_at_most} had been said");
        let own = device.send(room, "let me in").await;
        assert_eq!(device.answer(own).await.unwrap_err().code, Code::NotFound);
        let mut again = world.dial(&bo).await;
        let missed = again.catch_up(&[(room, newest)]).await;
        let of_room: Vec<&ServerFrame> = missed.iter().filter(|frame| is_of(frame, room)).collect();
        assert_eq!(of_room, [&ServerFrame::Left { room }]);
    }
}

/// As by a node that ended a membership and died before it said so.
async fn end_untold(world: &World, user: model::UserId, room: model::RoomId) {
    let sql = format!(
        "UPDATE memberships SET status = 'left', left_at = now(), left_rev = rev + 1 \
         FROM rooms WHERE rooms.id = room_id AND user_id = '{user}' AND room_id = '{room}'; \
         UPDATE rooms SET rev = rev + 1 WHERE id = '{room}'"
    );
    world.sql(&sql).await;
}

// Fails when only a refused fetch makes the server look the membership up again.
#[tokio::test(flavor = "multi_thread")]
async fn row_17_who_was_not_told_of_having_left_finds_out_by_writing() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let said = world.backend.say(&ana.who, room, &["edit me"]).await[0];
    for change in [false, true] {
        let mut his = world.device(&bo).await;
        end_untold(&world, bo.who.user(), room).await;
        match change {
            false => drop(his.send(room, "still here").await),
            true => {
                let (change, emoji) = (model::ChangeId::new(), None);
                his.say(&ClientFrame::React { room, id: said, change, emoji }).await;
            }
        }
        his.until(|frame| (frame == ServerFrame::Left { room }).then_some(())).await;
        world.backend.open_private(&bo.who, ana.who.user()).await.unwrap();
    }
}

// Fails when a refused fetch raises no doubt.
#[tokio::test(flavor = "multi_thread")]
async fn row_17_who_was_not_told_of_having_left_finds_out_by_asking() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut his = world.device(&bo).await;
    end_untold(&world, bo.who.user(), room).await;
    world.backend.say(&ana.who, room, &["he sees that he misses something"]).await;
    let hole = |frame| matches!(frame, ServerFrame::Change(Change { rev: Rev(2), .. })).then_some(());
    his.until(hole).await;
    his.say(&ClientFrame::Fetch { room, after: Rev(0) }).await;
    his.until(|frame| (frame == ServerFrame::Left { room }).then_some(())).await;
    world.backend.say(&ana.who, room, &["not for him"]).await;
    his.say(&ClientFrame::Fetch { room, after: Rev(0) }).await;
    let next = his.next().await;
    assert!(matches!(&next, ServerFrame::Error { error, .. } if error.code == Code::NotFound), "{next:?}");
}

/// `count` messages written past every use case.
async fn fill(world: &World, room: model::RoomId, sender: model::UserId, count: i64) {
    world
        .sql(&format!(
            "INSERT INTO messages (room_id, seq, rev, id, sender_id, at, body) \
             SELECT '{room}', n, n, gen_random_uuid(), '{sender}', now(), n::text FROM generate_series(1, {count}) n; \
             UPDATE rooms SET last_seq = {count}, rev = {count} WHERE id = '{room}'; ANALYZE messages"
        ))
        .await;
}

async fn page(world: &World, session: &backend::sessions::NewSession, query: &str) -> Vec<i64> {
    let answer = Request::get(&format!("/api/messages/page?{query}")).of(session).send(world).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let page: Page = serde_json::from_str(&answer.body).unwrap();
    let sent = |message: &Message| assert_eq!(message.body, message.seq.0.to_string());
    page.messages.iter().for_each(sent);
    page.messages.iter().map(|message| message.seq.0).collect()
}

// Fails when `Wanted::limited` always says no.
#[tokio::test(flavor = "multi_thread")]
async fn row_19_a_long_absence_is_told_and_its_hole_can_be_filled() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    fill(&world, room, bo.who.user(), 700).await;
    let mut device = world.dial(&ana).await;
    let missed = device.catch_up(&[(room, 5)]).await;
    let [_welcome, ServerFrame::Changes { after, upto, limited: true, messages, .. }] = missed.as_slice()
    else {
        panic!("{missed:?}")
    };
    assert_eq!((*after, *upto), (Rev(5), Rev(700)));
    let mut held: Vec<i64> = messages.iter().map(|message| message.seq.0).collect();
    assert_eq!(held.len(), 50, "the newest page");
    while held[0] > 6 {
        let mut older = page(&world, &ana, &format!("room={room}&before={}&limit=100", held[0])).await;
        older.extend(held);
        held = older;
    }
    held.retain(|seq| *seq > 5);
    assert!(held.into_iter().eq(6..=700), "no hole, nothing twice");
}

// Fails when `Listener::push` has no bounds: the stalled reader stays, and its queue grows.
#[tokio::test(flavor = "multi_thread")]
async fn row_20_a_stalled_reader_is_cut_off_and_nobody_else_notices() {
    const MESSAGES: usize = 700;
    let world = World::start().await;
    let (people, room) = world.group(6).await;
    let mut stalled = world.device(&people[5]).await;
    let mut others = join_all(people[..5].iter().map(|session| world.device(session))).await;
    let text = |n: usize| format!("{n} {}", "\u{1f600}".repeat(4_000));
    for first in (1..=MESSAGES).step_by(20) {
        let texts: Vec<String> = (first..first + 20).map(text).collect();
        world.backend.say(&people[0].who, room, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
        for heard in join_all(others.iter_mut().map(|device| hear(device, 20))).await {
            assert!(heard.iter().map(|(rev, _)| *rev as usize).eq(first..first + 20), "nothing is missing");
        }
    }
    world.until("it is cut off", || world.backend.hub.sockets() == 5).await;
    // What had reached it before is a beginning without holes; from there it resumes.
    let mut rev = 0;
    while let Some(frame) = stalled.last_words().await {
        if let ServerFrame::Change(change) = frame {
            assert_eq!(change.rev, Rev(rev + 1));
            rev += 1;
        }
    }
    assert!(rev < MESSAGES as i64, "it had stalled");
    let mut again = world.dial(&people[5]).await;
    let missed = again.catch_up(&[(room, rev)]).await;
    assert!(missed.iter().any(|frame| matches!(frame, ServerFrame::Changes { upto: Rev(700), .. })));
}

// Fails when the socket's write buffer is bounded below the largest frame (it was, by 256 KiB): the
// connection is reset, and so is every one after it.
#[tokio::test(flavor = "multi_thread")]
async fn row_19_the_longest_messages_are_caught_up_with() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    // Six bytes for each character, once it is JSON.
    let body = "\u{1}".repeat(4_096);
    world
        .sql(&format!(
            "INSERT INTO messages (room_id, seq, rev, id, sender_id, at, body) \
             SELECT '{room}', n, n, gen_random_uuid(), '{}', now(), '{body}' FROM generate_series(1, 200) n; \
             UPDATE rooms SET last_seq = 200, rev = 200 WHERE id = '{room}'",
            bo.who.user()
        ))
        .await;
    let mut device = world.dial(&ana).await;
    let missed = device.catch_up(&[(room, 0)]).await;
    let parts = missed.iter().filter_map(|frame| match frame {
        ServerFrame::Changes { messages, limited: false, .. } => Some(messages),
        _ => None,
    });
    let messages: Vec<_> = parts.flatten().collect();
    assert!(messages.len() == 200 && messages.iter().all(|message| message.body == body));
}

// Fails when `From::Before` holds its own number (doubled), or `From::After` begins one later (skipped).
#[tokio::test(flavor = "multi_thread")]
async fn row_21_the_middle_of_a_very_long_room_has_no_seam() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    fill(&world, room, bo.who.user(), 100_000).await;
    let mut held = page(&world, &ana, &format!("room={room}&around=50000&limit=99")).await;
    assert!(held.contains(&50_000));
    for _ in 0..20 {
        let mut older = page(&world, &ana, &format!("room={room}&before={}&limit=100", held[0])).await;
        older.append(&mut held);
        held = older;
        let last = held[held.len() - 1];
        held.extend(page(&world, &ana, &format!("room={room}&after={last}&limit=100")).await);
    }
    assert_eq!(held.len(), 99 + 40 * 100);
    assert!(held.windows(2).all(|pair| pair[1] == pair[0] + 1), "no row skipped or doubled");
    let mut device = world.device(&ana).await;
    let id = MessageId::new();
    device.send_as(room, id, "at the end").await;
    assert_eq!(device.answer(id).await, Ok(100_001));
}
