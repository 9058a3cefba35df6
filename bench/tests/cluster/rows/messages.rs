//! One order for everybody, however often and from wherever a message is sent.

use bench::{client::Order, world::Person};
use futures::future::join_all;
use model::{
    Body, Message, MessageId, Page, Rev, RoomId, Seq, Timestamp, UserId,
    outbox::Pending,
    wire::{ClientFrame, ServerFrame},
};

use crate::world::{Dev, NODES, Raw, World, devices, on_cluster, until};

/// Fails when the log's statement looks for no known ids (`known` in append.sql finds nothing): a copy
/// of what is stored can never be, and nothing behind it is.
#[test]
fn row_15_every_message_from_two_devices_and_a_form_over_two_nodes_is_one() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let (own, others) = (devices(world, &ana, 2).await, devices(world, &bo, 2).await);
        let before = world.sql.stored().await;
        let mut ids = Vec::new();
        for n in 0..15 {
            let pending = Pending::new(room, Body::new(format!("number {n}")).unwrap(), Timestamp(0));
            ids.push(pending.message().to_string());
            let form = world.at(&ana.http, NODES[n % 2]);
            let sent = form.send(room, pending.message(), pending.text());
            tokio::join!(own[0].compose(pending.clone()), own[1].compose(pending.clone()), sent).2.unwrap();
            // Now and then one more, of what has its number.
            if n % 5 == 4 {
                own[0].until_numbered().await;
                world.whole(room, n + 1, &[]).await;
                form.send(room, pending.message(), pending.text()).await.unwrap();
            }
        }
        let all: Vec<&Dev> = own.iter().chain(&others).collect();
        let standing = world.whole(room, ids.len(), &all).await;
        assert!(standing.iter().map(|(_, id, _)| id).eq(&ids), "each once, in the order of sending");
        for device in all {
            device.until_numbered().await;
            assert_eq!(device.noted().rejected, []);
        }
        let copies = world.sql.stored().await - before;
        assert!(copies > ids.len() as i64, "the log holds copies: {copies}");
    });
}

/// Fails when the numbers of a batch are told in another order than they were given.
#[test]
fn row_16_fifty_devices_over_two_nodes_have_one_dense_order() {
    const EACH: usize = 4;
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let (one, other) = tokio::join!(devices(world, &ana, 25), devices(world, &bo, 25));
        let all: Vec<&Dev> = one.iter().chain(&other).collect();
        join_all(all.iter().enumerate().map(async |(place, device)| {
            for n in 0..EACH {
                device.say(room, &format!("{place}.{n}")).await;
            }
        }))
        .await;
        let standing = world.whole(room, all.len() * EACH, &all).await;
        assert_eq!(standing.len(), all.len() * EACH);
        for place in 0..all.len() {
            let own = standing.iter().filter(|(_, _, body)| body.starts_with(&format!("{place}.")));
            let own: Vec<&str> = own.map(|(_, _, body)| body.as_str()).collect();
            assert_eq!(own, (0..EACH).map(|n| format!("{place}.{n}")).collect::<Vec<_>>());
        }
        for device in &all {
            assert_eq!(device.noted().connections, 1);
        }
    });
}

/// Fails when marks are not told to the other nodes (`Marks` publishes nothing): who stays connected
/// does not see them.
#[test]
fn row_18_marks_that_race_with_messages_and_catch_up_are_the_same_everywhere() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let (one, other) = (devices(world, &ana, 3).await, devices(world, &bo, 3).await);
        for n in 1..=30 {
            one[n % 3].say(room, &n.to_string()).await;
            let seq = Seq(world.sql.history(room).await.len() as i64);
            let mark = ClientFrame::Mark { room, delivered: seq, read: seq };
            other[n % 3].handle.order(Order::Say(vec![mark]));
            // The first of each stays.
            if n % 7 == 0 {
                one[1 + n % 2].handle.order(Order::Cut);
                other[1 + n % 2].handle.order(Order::Cut);
            }
        }
        let all: Vec<&Dev> = one.iter().chain(&other).collect();
        world.whole(room, 30, &all).await;
        other[1].until_here().await;
        let read = Seq(30);
        other[1].handle.order(Order::Say(vec![ClientFrame::Mark { room, delivered: read, read }]));
        for device in all {
            until("everybody knows what was read", async || {
                let chat = device.chat().await;
                let mark = chat.conversation(room)?.room.mark(bo.user).map(|mark| mark.read);
                (mark == Some(read)).then_some(())
            })
            .await;
        }
        let marks = format!(
            "SELECT read_seq AS number FROM members WHERE room_id = '{room}' AND user_id = '{}'",
            bo.user
        );
        assert_eq!(world.sql.number(&marks).await, 30);
        assert_eq!(one[0].noted().connections + other[0].noted().connections, 2);
    });
}

/// `count` messages written past every use case.
async fn fill(world: &World, room: RoomId, sender: UserId, count: i64) {
    let statements = format!(
        "INSERT INTO messages (room_id, seq, rev, id, sender_id, at, body) \
         SELECT '{room}', n, n, gen_random_uuid(), '{sender}', now(), n::text FROM generate_series(1, {count}) n; \
         UPDATE rooms SET last_seq = {count}, rev = {count} WHERE id = '{room}'; ANALYZE messages"
    );
    world.sql.run(&statements).await;
}

/// A page's numbers, from one node or the other.
async fn page(world: &World, person: &Person, node: usize, query: &[(&str, String)]) -> Vec<i64> {
    let http = world.at(&person.http, NODES[node % 2]);
    let page: Page = http.get("/api/messages/page", query).await.unwrap();
    assert!(page.messages.iter().all(|message: &Message| message.body == message.seq.to_string()));
    page.messages.iter().map(|message| message.seq.0).collect()
}

fn asked(room: RoomId, side: &str, seq: i64) -> [(&str, String); 3] {
    [("room", room.to_string()), (side, seq.to_string()), ("limit", "100".to_owned())]
}

/// Fails when `Wanted::limited` always says no.
#[test]
fn row_19_a_long_absence_is_told_and_its_hole_is_filled_from_either_node() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        fill(world, room, bo.user, 700).await;
        let (_raw, missed) = Raw::start(&world.at(&ana.http, "web-2"), &[(room, 5)]).await;
        let limited = missed.iter().find_map(|frame| match frame {
            ServerFrame::Changes { upto: Rev(700), limited: true, messages, .. } => Some(messages),
            _ => None,
        });
        let limited = limited.unwrap_or_else(|| panic!("{} frames, none limited", missed.len()));
        let mut held: Vec<i64> = limited.iter().map(|message| message.seq.0).collect();
        for turn in 0.. {
            if held[0] <= 6 {
                break;
            }
            let mut older = page(world, &ana, turn, &asked(room, "before", held[0])).await;
            older.append(&mut held);
            held = older;
        }
        held.retain(|seq| *seq > 5);
        assert!(held.into_iter().eq(6..=700), "no hole, nothing twice");
    });
}

/// Fails when `Listener::push` has no bounds: nobody is cut off, and the queue grows.
#[test]
fn row_20_a_stalled_reader_is_cut_off_and_nobody_else_notices() {
    const MESSAGES: usize = 500;
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let (writers, readers) = (devices(world, &ana, 2).await, devices(world, &bo, 6).await);
        let (stalled, others) = readers.split_first().unwrap();
        let cut_off = "rapport_slow_readers_total";
        let before = world.figure("web-1", cut_off).await;
        stalled.handle.order(Order::Stall(std::time::Duration::from_secs(600)));
        // Six bytes for each character, once it is JSON.
        let text = format!("x{}x", "\u{1}".repeat(4_094));
        for n in 0..MESSAGES {
            writers[n % 2].say(room, &text).await;
        }
        let fast: Vec<&Dev> = others.iter().chain(&writers).collect();
        world.whole(room, MESSAGES, &fast).await;
        assert!(fast.iter().all(|device| device.noted().connections == 1), "they did not notice");
        assert_eq!(world.figure("web-1", cut_off).await, before + 1.0);
        stalled.handle.order(Order::Wake);
        until("it resumes", async || (stalled.noted().connections > 1).then_some(())).await;
        stalled.until_here().await;
        // More was missed than is told: the newest stand, and join.
        until("it stands where the room stands", async || {
            let (messages, live) = stalled.shown(room).await;
            (live == 0 && messages.last()?.0 == MESSAGES as i64).then_some(())
        })
        .await;
        assert_eq!(stalled.noted().astonished, Vec::<String>::new());
    });
}

/// Fails when `From::Before` holds its own number (a row doubled).
#[test]
fn row_21_the_middle_of_a_very_long_room_has_no_seam_over_two_nodes() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        fill(world, room, bo.user, 100_000).await;
        let mut held = page(world, &ana, 0, &asked(room, "around", 50_000)).await;
        assert!(held.contains(&50_000));
        for turn in 0..20 {
            let mut older = page(world, &ana, turn, &asked(room, "before", held[0])).await;
            older.append(&mut held);
            held = older;
            let last = held[held.len() - 1];
            held.extend(page(world, &ana, turn + 1, &asked(room, "after", last)).await);
        }
        assert_eq!(held.len(), 41 * 100);
        assert!(held.windows(2).all(|pair| pair[1] == pair[0] + 1), "no row skipped or doubled");
        world.at(&bo.http, "web-2").send(room, MessageId::new(), "at the end").await.unwrap();
        let newest = format!("SELECT last_seq AS number FROM rooms WHERE id = '{room}'");
        until("it has its number", async || (world.sql.number(&newest).await == 100_001).then_some(())).await;
    });
}
