//! What a rendered page carries, and how often it is rendered.

use backend::rate_limit::Limit;
use model::limits::{HOME_ROOMS, MESSAGE_CHARS};

use crate::{request::Request, world::World};

/// Fails when all rooms come with the page, or whole: with their newest messages and all their people.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_stays_small_whatever_rooms_a_person_has() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let user = ana.who.user();
    world
        .sql(&format!(
            "INSERT INTO users (id, username, name, email, password_hash, created_at) \
             SELECT gen_random_uuid(), 'u' || n, 'Somebody', 'u' || n || '@example.org', '', now() \
             FROM generate_series(1, 59) n; \
             INSERT INTO rooms (id, kind, title, created_at, last_seq, rev) \
             SELECT gen_random_uuid(), 'group', 'Group ' || n, now(), 2, 2 FROM generate_series(1, 60) n; \
             INSERT INTO memberships (room_id, user_id, joined_at) SELECT rooms.id, users.id, now() FROM rooms, users; \
             INSERT INTO messages (room_id, seq, rev, id, sender_id, at, body) \
             SELECT rooms.id, n, n, gen_random_uuid(), '{user}', now(), repeat('ж', {MESSAGE_CHARS}) \
             FROM rooms, generate_series(1, 2) n"
        ))
        .await;
    let page = Request::get("/chats").of(&ana).send(&world).await;
    assert_eq!(page.status, 200);
    assert!(page.body.len() < 150_000, "{} bytes", page.body.len());
    assert_eq!(page.body.matches("data-room=").count() as i64, HOME_ROOMS);

    let room = page.body.split("data-room=\"").nth(1).unwrap().split('"').next().unwrap();
    let page = Request::get(&format!("/chats/{room}?details")).of(&ana).send(&world).await;
    assert!(page.body.contains(&"ж".repeat(MESSAGE_CHARS)), "the open room is whole");
    assert!(page.body.matches("Somebody").count() >= 59, "with its people");
}

/// Fails when rendering is not counted among the reads.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_not_rendered_without_end() {
    let world = World::start().await;
    let (ana, bo, _) = world.pair().await;
    let status = async |session| Request::get("/chats").of(session).send(&world).await.status;
    for _ in 0..Limit::Read.burst() {
        assert_eq!(status(&ana).await, 200);
    }
    assert_eq!(status(&ana).await, 429);
    let home = Request::get("/api/rooms/home").of(&ana).send(&world).await;
    assert_eq!((home.status, home.code().as_deref()), (429, Some("rate_limited")));
    assert_eq!(status(&bo).await, 200);
    world.backend.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(status(&ana).await, 200);
}
