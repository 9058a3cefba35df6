//! The promise of the message log: accepted is durable, each id once, one dense order per room,
//! and only what is durable is published.

use backend::{
    Backend, SignedIn,
    message_log::{Entry, MessageLog, Refusal},
    testing::TestBackend,
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::future::join_all;
use model::{Body, MessageId, RoomId};

/// Runs every clause against a way to make a log; two of them share one medium.
async fn keeps_the_promise(make: impl Fn(&Backend) -> MessageLog) {
    stores_each_id_once(&make).await;
    refuses_other_content_under_a_known_id(&make).await;
    refuses_who_is_not_a_member(&make).await;
    numbers_densely_under_contention(&make).await;
    keeps_the_order_of_appends(&make).await;
    one_bad_entry_spoils_nothing(&make).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn direct() {
    keeps_the_promise(|backend| {
        MessageLog::direct(backend.db.clone(), backend.bus.clone(), backend.clock.clone())
    })
    .await;
}

fn entry(who: &SignedIn, room: RoomId, text: &str) -> Entry {
    Entry { id: MessageId::new(), room, sender: who.user(), body: Body::new(text).unwrap() }
}

/// (seq, rev, body) of a room, by SQL.
async fn stored(backend: &Backend, room: RoomId) -> Vec<(i64, i64, String)> {
    use backend::database::schema::messages::dsl;
    let mut db = backend.db.get().await.unwrap();
    let rows =
        dsl::messages.filter(dsl::room_id.eq(room)).order(dsl::seq).select((dsl::seq, dsl::rev, dsl::body));
    rows.load(&mut db).await.unwrap()
}

async fn stores_each_id_once(make: &impl Fn(&Backend) -> MessageLog) {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let (log, other) = (make(&world), make(&world));
    let entry = entry(&ana, room, "once");
    let first = log.append(entry.clone()).await.unwrap();
    let copies = (0..20).map(|n| [&log, &other][n % 2].append(entry.clone()));
    for copy in join_all(copies).await {
        assert_eq!(copy.unwrap(), first);
    }
    assert_eq!(stored(&world, room).await, [(1, 1, "once".to_owned())]);
}

async fn refuses_other_content_under_a_known_id(make: &impl Fn(&Backend) -> MessageLog) {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let cleo = world.person("cleo").await;
    let elsewhere = world.open_private(&ana, cleo.user()).await.unwrap().id;
    let log = make(&world);
    let first = entry(&ana, room, "first");
    let body = Entry { body: Body::new("second").unwrap(), ..first.clone() };
    let place = Entry { room: elsewhere, ..first.clone() };
    let sender = Entry { sender: bo.user(), ..first.clone() };
    // In one batch, and after it.
    let outcomes = join_all([&first, &body, &place, &sender].map(|entry| log.append(entry.clone()))).await;
    assert!(outcomes[0].is_ok());
    for other in [&body, &place, &sender] {
        assert_eq!(log.append(other.clone()).await, Err(Refusal::IdConflict));
    }
    assert!(outcomes[1..].iter().all(|outcome| *outcome == Err(Refusal::IdConflict)), "{outcomes:?}");
    assert_eq!(stored(&world, room).await, [(1, 1, "first".to_owned())]);
    assert_eq!(stored(&world, elsewhere).await, []);
    let unread = world.rooms(&cleo).await.unwrap()[0].unread(cleo.user());
    assert_eq!(unread, 0, "a refused message counts for nobody");
}

async fn refuses_who_is_not_a_member(make: &impl Fn(&Backend) -> MessageLog) {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let stranger = world.person("stranger").await;
    let log = make(&world);
    assert_eq!(log.append(entry(&stranger, room, "hello?")).await, Err(Refusal::NotMember));
    assert_eq!(log.append(entry(&ana, RoomId::new(), "nowhere")).await, Err(Refusal::NotMember));
    let known = log.append(entry(&ana, room, "for members")).await.unwrap();
    let guess = Entry { id: known.id, ..entry(&stranger, room, "for members") };
    assert_eq!(log.append(guess).await, Err(Refusal::NotMember), "an id is no way in");
}

async fn numbers_densely_under_contention(make: &impl Fn(&Backend) -> MessageLog) {
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let cleo = world.person("cleo").await;
    let second = world.open_private(&ana, cleo.user()).await.unwrap().id;
    let logs = [make(&world), make(&world)];
    let appends = (0..400).map(|n| {
        let room = if n % 3 == 0 { second } else { room };
        let who = if n % 2 == 0 || room == second { &ana } else { &bo };
        logs[n % 2].append(entry(who, room, &format!("{n}")))
    });
    assert!(join_all(appends).await.iter().all(Result::is_ok));
    for room in [room, second] {
        let numbers: Vec<(i64, i64)> =
            stored(&world, room).await.into_iter().map(|(seq, rev, _)| (seq, rev)).collect();
        let dense: Vec<(i64, i64)> = (1..=numbers.len() as i64).map(|n| (n, n)).collect();
        assert_eq!(numbers, dense);
        let heads = world.room(&ana, room).await.unwrap();
        assert_eq!((heads.last_seq.0, heads.rev.0), *dense.last().unwrap());
    }
}

async fn keeps_the_order_of_appends(make: &impl Fn(&Backend) -> MessageLog) {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let log = make(&world);
    let texts: Vec<String> = (0..100).map(|n| format!("{n}")).collect();
    join_all(texts.iter().map(|text| log.append(entry(&ana, room, text)))).await;
    let order: Vec<String> = stored(&world, room).await.into_iter().map(|(_, _, body)| body).collect();
    assert_eq!(order, texts);
}

async fn one_bad_entry_spoils_nothing(make: &impl Fn(&Backend) -> MessageLog) {
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    // Something the rules of the model do not know, but the table does.
    let mut db = world.db.get().await.unwrap();
    diesel::sql_query("ALTER TABLE messages ADD CHECK (body <> 'poison')").execute(&mut db).await.unwrap();
    let log = make(&world);
    let texts = ["before", "poison", "after"];
    let outcomes = join_all(texts.map(|text| log.append(entry(&ana, room, text)))).await;
    let refused: Vec<bool> = outcomes.iter().map(Result::is_err).collect();
    assert_eq!(refused, [false, true, false]);
    let bodies: Vec<String> = stored(&world, room).await.into_iter().map(|(_, _, body)| body).collect();
    assert_eq!(bodies, ["before", "after"]);
}
