//! The table of memberships: what its migration makes of every row, and what a node of the version before does to it.

use backend::SignedIn;
use model::{Mark, Room, RoomId};
use testing::{TestBackend, execute, number, run};

pub(crate) const UP: &str = include_str!("../../../../migrations/2026-11-30-000001_memberships/up.sql");
pub(crate) const DOWN: &str = include_str!("../../../../migrations/2026-11-30-000001_memberships/down.sql");

fn mark(room: &Room, who: &SignedIn) -> Mark {
    *room.marks.iter().find(|mark| mark.user == who.user()).expect("a mark for everybody who is shown")
}

async fn with_status(world: &TestBackend, status: &str, who: &SignedIn) -> i64 {
    let sql = format!(
        "SELECT count(*) AS count FROM memberships WHERE status = '{status}' AND user_id = '{}'",
        who.user()
    );
    number(world.database.url(), &sql).await.unwrap()
}

async fn forget(world: &TestBackend, room: RoomId, who: &SignedIn) {
    world.cache.forget(backend::cache::Key::Membership(room, who.user())).await.unwrap();
}

/// Fails when a status is confused with another, when somebody who never was in a room is taken for somebody who was,
/// and when own messages of former members are not counted.
#[tokio::test(flavor = "multi_thread")]
async fn every_former_member_gets_the_status_they_had() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let [left, hidden, never] =
        [world.person("left").await, world.person("hidden").await, world.person("never").await];
    world.say(&bo, room, &["1", "2"]).await;
    run(&world, DOWN).await;
    let former = |who: &SignedIn, left_at: &str, rev: i64, silent: bool, role: &str| {
        format!(
            "INSERT INTO former_members \
             VALUES ('{room}', '{}', now(), {left_at}, {rev}, 0, 0, {silent}, '{role}');",
            who.user()
        )
    };
    let rows = [
        former(&left, "now()", 1, false, "member"),
        former(&hidden, "now()", 1, true, "admin"),
        former(&never, "now() - interval '1 ms'", 1, true, "member"),
        format!(
            "WITH gone AS (DELETE FROM members WHERE user_id = '{}' RETURNING *) INSERT INTO former_members \
             SELECT room_id, user_id, joined_at, now(), 2, 0, 0, true FROM gone",
            bo.user()
        ),
    ];
    run(&world, &rows.concat()).await;
    run(&world, UP).await;
    for (status, who) in
        [("active", &ana), ("hidden", &bo), ("left", &left), ("hidden", &hidden), ("hidden", &never)]
    {
        assert_eq!(with_status(&world, status, who).await, 1, "{status}");
    }
    let never_was_in =
        "SELECT count(*) AS count FROM memberships WHERE status <> 'active' AND left_at IS NULL";
    assert_eq!(number(world.database.url(), never_was_in).await.unwrap(), 1);
    let seen = world.room(&ana, room).await.unwrap();
    assert_eq!((seen.gone, seen.admins), (vec![left.user()], vec![hidden.user()]));
    assert_eq!(mark(&world.room(&ana, room).await.unwrap(), &bo).mine, 2);
}

/// As by a node of the version before, which takes members out of one table and puts them into another. Fails when
/// its statements are refused, or are not seen by this version.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_the_version_before_ends_memberships_and_begins_them_again() {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    world.say(&bo, room, &["1"]).await;
    let leave = format!(
        "WITH gone AS (DELETE FROM members WHERE user_id = '{}' RETURNING *) \
         INSERT INTO former_members (room_id, user_id, joined_at, left_at, rev, delivered_seq, read_seq, silent) \
         SELECT room_id, user_id, joined_at, now(), 1, delivered_seq, read_seq, false FROM gone",
        bo.user()
    );
    execute(world.database.url(), &leave).await.unwrap();
    forget(&world, room, &bo).await;
    assert_eq!(world.room(&ana, room).await.unwrap().gone, [bo.user()]);
    assert!(world.room(&bo, room).await.is_err(), "not there any more");

    let rejoin = format!(
        "WITH back AS ( \
             DELETE FROM former_members WHERE room_id = '{room}' AND user_id = '{}' \
             RETURNING room_id, user_id, joined_at, delivered_seq, read_seq, silent, role \
         ) \
         INSERT INTO members (room_id, user_id, joined_at, delivered_seq, read_seq, role, mine) \
         SELECT room_id, user_id, now(), delivered_seq, read_seq, role, ( \
             SELECT count(*) FROM messages own WHERE own.room_id = back.room_id \
             AND own.sender_id = back.user_id AND own.seq > back.read_seq) \
         FROM back",
        bo.user()
    );
    execute(world.database.url(), &rejoin).await.unwrap();
    let his = world.room(&bo, room).await.unwrap();
    assert_eq!((his.gone, mark(&world.room(&bo, room).await.unwrap(), &bo).mine), (Vec::new(), 1));
    let marks = format!(
        "UPDATE members SET delivered_seq = 1, read_seq = 1, active = true WHERE user_id = '{}'",
        ana.user()
    );
    execute(world.database.url(), &marks).await.unwrap();
    assert_eq!(mark(&world.room(&ana, room).await.unwrap(), &ana).read.0, 1);
}
