//! Finding people.

use backend::{SignedIn, database::schema::users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Code, SessionId, UserId};

use crate::accounts_world::{World, refused};

async fn add(world: &World, username: &str, name: &str) -> SignedIn {
    let id = UserId::new();
    let mut conn = world.backend.db.get().await.expect("a connection");
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id),
            users::username.eq(username),
            users::name.eq(name),
            users::email.eq(format!("{username}@example.org")),
            users::password_hash.eq(""),
            users::created_at.eq(world.clock.now()),
        ))
        .execute(&mut conn)
        .await
        .expect("a row");
    SignedIn::for_tests(id, SessionId::new())
}

async fn find(world: &World, who: &SignedIn, query: &str) -> Vec<String> {
    let people = world.backend.find_people(who, query).await.expect("an answer");
    people.into_iter().map(|person| person.username).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_beginnings_of_words() {
    let world = World::new().await;
    let me = add(&world, "me.myself", "Anna Me").await;
    add(&world, "ann.lee", "Anna-Maria Lee").await;
    add(&world, "ole_1", "Ole Ångström").await;
    add(&world, "hanna", "Jane O'Neil").await;
    let cases: [(&str, &[&str]); 16] = [
        ("anna", &["ann.lee"]),
        ("ANN le", &["ann.lee"]),
        ("lee ann", &["ann.lee"]),
        ("maria", &["ann.lee"]),
        ("anna-m", &["ann.lee"]),
        ("@ann.l", &["ann.lee"]),
        ("nna", &[]),
        ("ole_", &["ole_1"]),
        ("ångs", &["ole_1"]),
        ("o'n", &["hanna"]),
        ("nobody", &[]),
        ("%", &[]),
        ("a%", &["ann.lee"]),
        ("me", &[]),
        ("ann:* | ole", &[]),
        ("\0'; DROP TABLE users; --", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(find(&world, &me, query).await, expected, "{query:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_likeliest_first_and_not_too_many() {
    let world = World::new().await;
    let me = add(&world, "somebody", "Some Body").await;
    let mut last = me;
    for n in 0..30 {
        last = add(&world, &format!("bea{n:02}"), &format!("Bea {n:02}")).await;
    }
    add(&world, "bea", "Zoe").await;
    world.backend.open_private(&me, last.user()).await.expect("a room");
    let found = find(&world, &me, "bea").await;
    assert_eq!(found.len(), 20);
    assert_eq!(found[..3], ["bea", "bea29", "bea00"], "that very name, then whom one knows");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_query_whom_one_knows_and_newcomers() {
    let world = World::new().await;
    let me = add(&world, "me", "Me").await;
    assert!(find(&world, &me, " ").await.is_empty());
    let ada = add(&world, "ada", "Ada").await;
    for n in 0..10 {
        world.pass(60);
        add(&world, &format!("new{n}"), "New").await;
    }
    let bob = add(&world, "bob", "Bob").await;
    world.backend.open_private(&me, bob.user()).await.expect("a room");
    world.pass(60);
    world.backend.open_private(&me, ada.user()).await.expect("a room");
    let found = find(&world, &me, "").await;
    assert_eq!(found, ["ada", "bob", "new9", "new8", "new7", "new6", "new5", "new4"]);
    assert_eq!(find(&world, &ada, "").await[0], "me");
}

#[tokio::test(flavor = "multi_thread")]
async fn searching_is_limited() {
    let world = World::new().await;
    let me = add(&world, "me", "Me").await;
    for _ in 0..60 {
        find(&world, &me, "x").await;
    }
    assert_eq!(refused(world.backend.find_people(&me, "x").await), Code::RateLimited);
}
