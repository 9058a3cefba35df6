//! Finding people.

use backend::{SignedIn, database::schema::users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use model::{Code, SessionId, UserId, limits::PEOPLE_BY_ID};
use testing::TestBackend;

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
    let cases: [(&str, &[&str]); 17] = [
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
        ("angs", &["ole_1"]),
        ("ann%", &["ann.lee"]),
        ("me", &[]),
        ("ann:* | ole", &[]),
        ("\0'; DROP TABLE users; --", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(find(&world, &me, query).await, expected, "{query:?}");
    }
}

// Fails when either side is not folded.
#[tokio::test(flavor = "multi_thread")]
async fn without_regard_to_accents_and_capitals() {
    let world = World::new().await;
    let me = add(&world, "somebody", "Some Body").await;
    let names = [
        ("u1", "Zoë Straße"),
        ("u2", "Zoe\u{308} Small"),
        ("u3", "Øyvind Łukasz"),
        ("u4", "ÉMILE Ærø"),
        ("u5", "Nguyễn Thị"),
        ("u6", "МАРИЯ Ёлкина"),
        ("u7", "ＦＵＬＬ width"),
        ("u8", "김유나"),
        ("u9", "ガオ"),
    ];
    for (username, name) in names {
        add(&world, username, name).await;
    }
    let cases: [(&str, &[&str]); 17] = [
        ("zoe", &["u1", "u2"]),
        ("ZOË", &["u1", "u2"]),
        ("zoe\u{308}", &["u1", "u2"]),
        ("strasse", &["u1"]),
        ("STRASS", &["u1"]),
        ("straß", &["u1"]),
        ("oyvind", &["u3"]),
        ("lukasz", &["u3"]),
        ("émile", &["u4"]),
        ("aero", &["u4"]),
        ("nguyen thi", &["u5"]),
        ("мария", &["u6"]),
        ("елкина", &["u6"]),
        ("full", &["u7"]),
        ("김", &["u8"]),
        ("ガ", &["u9"]),
        ("カ", &[]),
    ];
    for (query, expected) in cases {
        let mut found = find(&world, &me, query).await;
        found.sort();
        assert_eq!(found, expected, "{query:?}");
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
    assert_eq!(find(&world, &ada, "").await[0], "bob", "nothing was said to her yet");
    world.backend.open_private(&ada, me.user()).await.expect("a room");
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

/// Fails when an unknown id is an error, and when there is no limit to how many are asked for.
#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_by_their_ids() {
    let world = TestBackend::start().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let names = async |ids: &[UserId]| {
        let people = world.people_by_id(&ana, ids).await?;
        Ok(people.into_iter().map(|person| person.username).collect::<Vec<_>>())
    };
    assert_eq!(names(&[bo.user(), UserId::new(), ana.user(), bo.user()]).await.unwrap(), ["ana", "bo_"]);
    assert!(names(&[]).await.unwrap().is_empty());
    let many: Vec<UserId> = (0..=PEOPLE_BY_ID).map(|_| UserId::new()).collect();
    assert!(names(&many[1..]).await.unwrap().is_empty());
    let refused: model::Error = names(&many).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("people")));
}
