//! Filling an instance with a demo.

use std::net::Ipv4Addr;

use backend::{
    Backend, SignedIn,
    accounts::Origin,
    failure::{Failure, Outcome},
};
use chrono::TimeDelta;
use demo::Summary;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl;
use model::{Code, Room, UserId};
use testing::TestBackend;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count(world: &Backend, what: &str) -> i64 {
    let mut db = world.db.get().await.unwrap();
    let query = diesel::sql_query(format!("SELECT count(*) AS count FROM {what}"));
    query.get_result::<Count>(&mut db).await.unwrap().count
}

/// All rows of messages.
const ROWS: &str = "SELECT md5(string_agg(concat_ws('|', room_id, seq, id, sender_id, at, body), '/' \
                    ORDER BY room_id, seq)) AS digest FROM messages";
/// What was said to whom and by whom, in its order.
const TEXTS: &str = "SELECT md5(string_agg(concat_ws('|', low.username, high.username, seq, \
                     sender_id = low.id, body), '/' ORDER BY low.username, high.username, seq)) AS digest \
                     FROM messages JOIN private_rooms p USING (room_id) \
                     JOIN users low ON low.id = p.low JOIN users high ON high.id = p.high";

async fn digest(world: &Backend, query: &str) -> String {
    #[derive(QueryableByName)]
    struct Digest {
        #[diesel(sql_type = Text)]
        digest: String,
    }
    let mut db = world.db.get().await.unwrap();
    diesel::sql_query(query).get_result::<Digest>(&mut db).await.unwrap().digest
}

async fn sign_in(world: &Backend, username: &str) -> SignedIn {
    let from = Origin { address: Ipv4Addr::LOCALHOST.into(), agent: "a test".into() };
    let session = world.sign_in(username, demo::PASSWORD, &from).await.expect("the password is known");
    session.who
}

fn code(outcome: Outcome<Summary>) -> Option<Code> {
    match outcome {
        Err(Failure::Refused(error)) => Some(error.code),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_obeys_every_rule_of_the_tables() {
    let world = TestBackend::start().await;
    let summary = demo::fill(&world, 2, demo::PASSWORD).await.unwrap();
    assert_eq!((summary.people, summary.messages, summary.was_there), (48, 20_000, false));
    assert_eq!(count(&world, "users").await, 48);
    assert!(count(&world, "messages WHERE reactions IS NOT NULL").await > 1_000);
    assert!(count(&world, "messages WHERE edited_at IS NOT NULL").await > 200);
    assert_eq!(count(&world, "messages").await, 20_000);
    assert_eq!(count(&world, "rooms").await, summary.chats as i64);
    assert_eq!(count(&world, "private_rooms").await, summary.chats as i64);
    assert_eq!(count(&world, "members").await, 2 * summary.chats as i64);
    for wrong in WRONG {
        assert_eq!(count(&world, wrong).await, 0, "{wrong}");
    }
}

/// What must not be there.
const WRONG: [&str; 8] = [
    // Numbers with holes: each message has one, and then each change.
    "rooms r WHERE (last_seq, last_seq, rev, rev - last_seq) <> \
     (SELECT max(seq), count(*), max(rev), count(first_rev) FROM messages m \
      WHERE m.room_id = r.id AND coalesce(m.first_rev, m.rev) = m.seq AND (m.rev > last_seq) = (first_rev IS NOT NULL))",
    // Changes of which nothing is to be seen.
    "messages WHERE (first_rev IS NOT NULL) <> (reactions IS NOT NULL OR edited_at IS NOT NULL)",
    // Times that go back.
    "messages m JOIN messages next ON next.room_id = m.room_id AND next.seq = m.seq + 1 WHERE next.at < m.at",
    // Senders who are no members, members who are not of the pair.
    "messages m WHERE NOT EXISTS (SELECT FROM members WHERE room_id = m.room_id AND user_id = m.sender_id)",
    "members m JOIN private_rooms p USING (room_id) WHERE m.user_id NOT IN (low, high)",
    // Messages before somebody was there, or in the future.
    "messages m JOIN members USING (room_id) JOIN users u ON u.id = user_id \
     WHERE m.at < joined_at OR joined_at < u.created_at",
    // Marks that are too high, own messages miscounted.
    "members JOIN rooms r ON r.id = room_id \
     WHERE NOT (0 <= read_seq AND read_seq <= delivered_seq AND delivered_seq <= last_seq)",
    "members m WHERE mine <> (SELECT count(*) FROM messages o \
     WHERE o.room_id = m.room_id AND o.sender_id = m.user_id AND o.seq > m.read_seq)",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_main_person_signs_in_and_finds_chats_of_every_kind() {
    let world = TestBackend::start().await;
    let summary = demo::fill(&world, 1, demo::PASSWORD).await.unwrap();
    let eva = sign_in(&world, &summary.username).await;
    let rooms = world.rooms(&eva).await.unwrap();
    let unread: Vec<i64> = rooms.iter().map(|room| room.unread(eva.user())).collect();
    assert_eq!(unread, [2, 0, 7, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let sizes: Vec<i64> = rooms.iter().map(|room| room.last_seq.0).collect();
    assert_eq!((sizes[0], sizes[1], sizes[13]), (5_000, 2_500, 1));
    let now = world.clock.now().timestamp_millis();
    assert!(rooms.iter().all(|room| room.active_at().0 < now));
    let states: Vec<State> = rooms.iter().filter_map(|room| state(room, eva.user())).collect();
    for state in [State::Sent, State::Delivered, State::Read] {
        assert!(states.contains(&state), "{state:?}");
    }
    sign_in(&world, "tomasz.wilk").await;
}

#[derive(Debug, PartialEq)]
enum State {
    Sent,
    Delivered,
    Read,
}

/// What became of the last message, if it is one of `me`.
fn state(room: &Room, me: UserId) -> Option<State> {
    room.last.as_ref().filter(|last| last.sender == me)?;
    let mark = room.mark(room.other(me)?.id)?;
    Some(match room.last_seq {
        last if mark.read >= last => State::Read,
        last if mark.delivered >= last => State::Delivered,
        _ => State::Sent,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_scale_gives_the_same_demo_and_only_once() {
    let (one, other) = tokio::join!(TestBackend::start(), TestBackend::start());
    let (first, same) =
        tokio::join!(demo::fill(&one, 1, demo::PASSWORD), demo::fill(&other, 1, demo::PASSWORD));
    let first = first.unwrap();
    assert_eq!(first, same.unwrap());
    let before = digest(&one, ROWS).await;
    assert_eq!(before, digest(&other, ROWS).await);
    let again = demo::fill(&one, 3, demo::PASSWORD).await.unwrap();
    assert_eq!(again, Summary { was_there: true, ..first });
    assert_eq!(before, digest(&one, ROWS).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_say_the_same_whenever_it_is_filled() {
    let (one, other) = tokio::join!(TestBackend::start(), TestBackend::start());
    demo::fill(&one, 1, demo::PASSWORD).await.unwrap();
    let texts = digest(&one, TEXTS).await;
    for later in [TimeDelta::minutes(667), TimeDelta::hours(30), TimeDelta::days(3)] {
        other.clock.advance(later);
        demo::fill(&other, 1, demo::PASSWORD).await.unwrap();
        assert_eq!(digest(&other, TEXTS).await, texts);
        let mut db = other.db.get().await.unwrap();
        diesel::sql_query("TRUNCATE users, rooms CASCADE").execute(&mut db).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_stands_beside_others_but_takes_nobodys_name() {
    let world = TestBackend::start().await;
    world.person("somebody").await;
    let eve = world.person("ines.duarte").await;
    assert_eq!(code(demo::fill(&world, 1, demo::PASSWORD).await), Some(Code::Taken));
    assert_eq!(count(&world, "users").await, 2);
    assert_eq!(count(&world, "rooms").await, 0);
    let mut db = world.db.get().await.unwrap();
    let rename = diesel::sql_query("UPDATE users SET username = 'ines' WHERE id = $1");
    rename.bind::<diesel::sql_types::Uuid, _>(eve.user()).execute(&mut db).await.unwrap();
    drop(db);
    assert_eq!(demo::fill(&world, 1, demo::PASSWORD).await.unwrap().people, 24);
    assert_eq!(count(&world, "users").await, 26);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scale_has_bounds() {
    let world = TestBackend::start().await;
    assert_eq!(code(demo::fill(&world, 0, demo::PASSWORD).await), Some(Code::Invalid));
    assert_eq!(code(demo::fill(&world, demo::SCALE_MAX + 1, demo::PASSWORD).await), Some(Code::Invalid));
}
