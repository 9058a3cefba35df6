//! An empty chat, which only one of the two has opened: it tells neither who has blocked whom nor who has opened it.

use backend::SignedIn;
use chrono::TimeDelta;
use model::{Rev, Room, RoomId, wire::ServerFrame};
use testing::{TestBackend, execute, number, run, until};

use crate::sockets::{frames, socket};

/// When bo blocks ana.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Never,
    First,
    OnceOpened,
}

/// Ana opens the chat, leaves it twice and opens it again. Returns every room and frame that she sees, without ids.
async fn learned(block: Block) -> Vec<String> {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let hers = socket(&world, &ana).await;
    if block == Block::First {
        world.block(&bo, ana.user()).await.unwrap();
    }
    let mut learned = Vec::new();
    let room = world.open_private(&ana, bo.user()).await.unwrap();
    if block == Block::OnceOpened {
        world.block(&bo, ana.user()).await.unwrap();
    }
    learned.push(facts(&room));
    for _ in 0..2 {
        world.clock.advance(TimeDelta::seconds(60));
        world.leave(&ana, room.id).await.unwrap();
    }
    learned.push(facts(&world.open_private(&ana, bo.user()).await.unwrap()));
    for frame in frames(&hers) {
        learned.push(match frame {
            ServerFrame::Room { room } => facts(&room),
            ServerFrame::Left { .. } => "left".into(),
            other => panic!("{other:?}"),
        });
    }
    learned
}

fn facts(room: &Room) -> String {
    let Room { gone, rev, last_seq, created_at, .. } = room;
    format!("{gone:?} {rev:?} {last_seq:?} {created_at:?}")
}

/// Fails when a hidden member is nobody to `unopen`, or counts as one who has opened the chat.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_it_and_opens_it_again_does_not_learn_of_a_block() {
    let unblocked = learned(Block::Never).await;
    assert_eq!(learned(Block::First).await, unblocked);
    assert_eq!(learned(Block::OnceOpened).await, unblocked);
}

/// Fails when an empty chat that is closed already is left like any other.
#[tokio::test(flavor = "multi_thread")]
async fn leaving_it_twice_is_leaving_it_once() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    for _ in 0..2 {
        world.leave(&ana, room).await.unwrap();
    }
    let his = world.open_private(&bo, ana.user()).await.unwrap();
    assert_eq!((his.rev, &*his.gone), (Rev(0), &[][..]));
    world.say(&bo, room, &["Hello"]).await;
    assert_eq!(world.rooms(&ana).await.unwrap().len(), 1, "his message brings the chat back");
}

/// Fails when a chat that oneself has not seen is left like any other: the other learns of it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_leaves_what_they_have_not_seen() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let room = world.open_private(&ana, bo.user()).await.unwrap();
    let (hers, his) = (socket(&world, &ana).await, socket(&world, &bo).await);
    world.leave(&bo, room.id).await.unwrap();
    assert_eq!((frames(&hers), frames(&his)), (Vec::new(), Vec::new()));
    assert_eq!(world.room(&ana, room.id).await.unwrap(), room);
}

/// Fails when every active member counts as one who saw the chat.
#[tokio::test(flavor = "multi_thread")]
async fn blocking_does_not_reveal_that_the_other_opened_it() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    world.open_private(&ana, bo.user()).await.unwrap();
    let his = socket(&world, &bo).await;
    world.block(&bo, ana.user()).await.unwrap();
    assert_eq!(frames(&his), []);
}

/// Fails when a hidden member who comes back counts as one who has opened the chat already.
#[tokio::test(flavor = "multi_thread")]
async fn its_age_does_not_reveal_that_the_other_had_blocked() {
    let mut ages = Vec::new();
    for blocks in [false, true] {
        let world = TestBackend::start().await;
        let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
        if blocks {
            world.block(&bo, ana.user()).await.unwrap();
        }
        let room = world.open_private(&ana, bo.user()).await.unwrap().id;
        world.clock.advance(TimeDelta::seconds(60));
        if blocks {
            world.unblock(&bo, ana.user()).await.unwrap();
        }
        world.open_private(&bo, ana.user()).await.unwrap();
        assert_eq!(room.0.get_timestamp(), None);
        ages.push(world.room(&ana, room).await.unwrap().created_at);
    }
    assert_eq!(ages[0], ages[1]);
}

/// Fails when the search asks for chats, and not for those that are seen.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_does_not_reveal_who_opened_it() {
    let world = TestBackend::start().await;
    let [me, _, last] = [world.person("bo_").await, world.person("ana1").await, world.person("ana2").await];
    let found = async || -> Vec<String> {
        let found = world.find_people(&me, "ana").await.unwrap();
        found.into_iter().map(|person| person.username).collect()
    };
    assert_eq!(found().await, ["ana1", "ana2"]);
    let room = world.open_private(&last, me.user()).await.unwrap().id;
    assert_eq!(found().await, ["ana1", "ana2"]);
    world.say(&last, room, &["now he sees it"]).await;
    assert_eq!(found().await, ["ana2", "ana1"]);
}

/// The number of memberships of this user in the room that no transaction has locked: 0 or 1.
async fn unlocked_memberships(world: &TestBackend, room: RoomId, me: &SignedIn) -> i64 {
    let free = format!(
        "SELECT count(*) FROM (SELECT FROM memberships WHERE room_id = '{room}' AND user_id = '{}' \
         FOR UPDATE SKIP LOCKED) free",
        me.user()
    );
    number(world.database.url(), &free).await.unwrap()
}

/// Fails when a membership is locked before its room: whoever sends to the room meanwhile waits for a deadlock to be
/// found, and everybody behind them.
#[tokio::test(flavor = "multi_thread")]
async fn opening_it_locks_the_room_first() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    world.leave(&ana, room).await.unwrap();
    let url = world.database.url().to_owned();
    let lock = format!("BEGIN; SELECT FROM rooms WHERE id = '{room}' FOR UPDATE; SELECT pg_sleep(60)");
    let holding = tokio::spawn(async move { execute(&url, &lock).await });
    let of_this = "FROM pg_stat_activity WHERE datname = current_database()";
    let count = async |which: &str| {
        let sql = format!("SELECT count(*) {of_this} AND {which}");
        (number(world.database.url(), &sql).await.unwrap() > 0).then_some(())
    };
    until("the room is locked", async || count("wait_event = 'PgSleep'").await).await;
    let (backend, me, with) = ((*world).clone(), ana, bo.user());
    let opening = tokio::spawn(async move { backend.open_private(&me, with).await });
    until("it waits", async || count("wait_event_type = 'Lock'").await).await;
    assert_eq!(unlocked_memberships(&world, room, &ana).await, 1, "nobody holds the membership");
    run(&world, &format!("SELECT pg_terminate_backend(pid) {of_this} AND wait_event = 'PgSleep'")).await;
    assert!(holding.await.unwrap().is_err());
    opening.await.unwrap().unwrap();
}
