//! The promise of the message log: accepted is durable, each id once, one dense order per room,
//! and only what is durable is published.

use std::time::Duration;

use backend::{
    Backend, SignedIn,
    message_log::{Entry, KafkaSettings, MessageLog, Refusal, Store, run_store},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::{FutureExt, future::join_all};
use model::{Accepted, Body, MessageId, Offset, RoomId, Sent};
use testing::{Kafka, TestBackend, until};
use tokio_util::sync::CancellationToken;

/// A way to make a log over the database of a test; two logs made by it share one medium.
#[derive(Clone)]
enum Medium {
    Direct,
    Kafka(KafkaSettings),
}

impl Medium {
    fn log(&self, backend: &Backend) -> MessageLog {
        let (db, bus, clock) = (backend.db.clone(), backend.bus.clone(), backend.clock.clone());
        match self {
            Self::Direct => MessageLog::direct(db, bus, clock),
            Self::Kafka(settings) => {
                MessageLog::kafka(settings, backend.db.clone(), backend.members.clone(), bus, clock)
                    .expect("good settings")
            }
        }
    }
}

/// A log and what it is written to.
struct Written<'a> {
    log: MessageLog,
    world: &'a TestBackend,
}

impl Written<'_> {
    /// Appends an entry that no limit holds up, and waits for its number.
    async fn append(&self, entry: Entry) -> Result<Accepted, Refusal> {
        self.numbered(&entry, self.log.append(entry.clone(), std::future::ready(None).boxed())).await
    }

    async fn numbered(
        &self,
        entry: &Entry,
        sent: impl Future<Output = Result<Sent, Refusal>>,
    ) -> Result<Accepted, Refusal> {
        match sent.await? {
            Sent::Accepted(accepted) => Ok(accepted),
            Sent::Logged(logged) => self.settled(entry, logged.log).await,
        }
    }

    /// What became of an entry that was logged at `log`, once the store has come so far.
    async fn settled(&self, entry: &Entry, log: Offset) -> Result<Accepted, Refusal> {
        use backend::database::schema::{log_offsets, messages};
        until("the log is stored", async || {
            let mut db = self.world.db.get().await.ok()?;
            let stored: Option<Offset> =
                log_offsets::table.select(log_offsets::next_offset).first(&mut db).await.optional().ok()?;
            stored.filter(|stored| *stored > log)
        })
        .await;
        let mut db = self.world.db.get().await.unwrap();
        let columns = (
            messages::room_id,
            messages::sender_id,
            messages::body,
            messages::seq,
            messages::rev,
            messages::at,
        );
        let row: Option<(_, _, String, _, _, chrono::DateTime<chrono::Utc>)> = messages::table
            .filter(messages::id.eq(entry.id))
            .select(columns)
            .first(&mut db)
            .await
            .optional()
            .unwrap();
        let (room, sender, body, seq, rev, at) = row.ok_or(Refusal::Unavailable)?;
        if (room, sender, &*body) != (entry.room, entry.sender, entry.body.as_str()) {
            return Err(Refusal::IdConflict);
        }
        Ok(Accepted { room, id: entry.id, seq, rev, at: backend::clock::timestamp(at) })
    }
}

/// Runs a clause against an implementation: with a world, and a store where there is one.
async fn check(medium: Medium, clause: impl AsyncFn(&TestBackend, &Medium)) {
    let world = TestBackend::start().await;
    let stop = CancellationToken::new();
    let store = match &medium {
        Medium::Direct => None,
        Medium::Kafka(settings) => {
            let store = Store { db: world.db.clone(), bus: world.bus.clone() };
            let (settings, stop) = (settings.clone(), stop.clone());
            Some(tokio::spawn(async move { run_store(&settings, store, stop).await }))
        }
    };
    clause(&world, &medium).await;
    stop.cancel();
    if let Some(store) = store {
        let left = tokio::time::timeout(Duration::from_secs(20), store).await;
        left.expect("the store leaves").expect("without a panic").expect("good settings");
    }
}

async fn topic() -> Medium {
    Medium::Kafka(Kafka::of_the_process().await.topic(1).await)
}

/// One test for each clause and implementation.
macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        mod direct {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::check(super::Medium::Direct, super::$promise).await;
            })+
        }

        mod kafka {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::check(super::topic().await, super::$promise).await;
            })+
        }
    };
}

promises!(
    stores_each_id_once,
    refuses_other_content_under_a_known_id,
    refuses_who_is_not_a_member,
    numbers_densely_under_contention,
    keeps_the_order_of_appends,
    limits_are_asked_in_the_order_of_appends,
    one_bad_entry_spoils_nothing,
);

fn written<'a>(world: &'a TestBackend, medium: &Medium) -> Written<'a> {
    Written { log: medium.log(world), world }
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

async fn stores_each_id_once(world: &TestBackend, medium: &Medium) {
    let (ana, _, room) = world.pair().await;
    let (log, other) = (written(world, medium), written(world, medium));
    let entry = entry(&ana, room, "once");
    let first = log.append(entry.clone()).await.unwrap();
    let copies = (0..20).map(|n| [&log, &other][n % 2].append(entry.clone()));
    for copy in join_all(copies).await {
        assert_eq!(copy.unwrap(), first);
    }
    assert_eq!(stored(world, room).await, [(1, 1, "once".to_owned())]);
}

async fn refuses_other_content_under_a_known_id(world: &TestBackend, medium: &Medium) {
    let (ana, bo, room) = world.pair().await;
    let cleo = world.person("cleo").await;
    let elsewhere = world.open_private(&cleo, ana.user()).await.unwrap().id;
    let log = written(world, medium);
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
    assert_eq!(stored(world, room).await, [(1, 1, "first".to_owned())]);
    assert_eq!(stored(world, elsewhere).await, []);
    let unread = world.rooms(&cleo).await.unwrap()[0].unread(cleo.user());
    assert_eq!(unread, 0, "a refused message counts for nobody");
}

async fn refuses_who_is_not_a_member(world: &TestBackend, medium: &Medium) {
    let (ana, _, room) = world.pair().await;
    let stranger = world.person("stranger").await;
    let log = written(world, medium);
    assert_eq!(log.append(entry(&stranger, room, "hello?")).await, Err(Refusal::NotMember));
    assert_eq!(log.append(entry(&ana, RoomId::new(), "nowhere")).await, Err(Refusal::NotMember));
    let known = log.append(entry(&ana, room, "for members")).await.unwrap();
    let guess = Entry { id: known.id, ..entry(&stranger, room, "for members") };
    assert_eq!(log.append(guess).await, Err(Refusal::NotMember), "an id is no way in");
}

async fn numbers_densely_under_contention(world: &TestBackend, medium: &Medium) {
    let (ana, bo, room) = world.pair().await;
    let cleo = world.person("cleo").await;
    let second = world.open_private(&ana, cleo.user()).await.unwrap().id;
    let logs = [written(world, medium), written(world, medium)];
    let appends = (0..400).map(|n| {
        let room = if n % 3 == 0 { second } else { room };
        let who = if n % 2 == 0 || room == second { &ana } else { &bo };
        logs[n % 2].append(entry(who, room, &format!("{n}")))
    });
    assert!(join_all(appends).await.iter().all(Result::is_ok));
    for room in [room, second] {
        let numbers: Vec<(i64, i64)> =
            stored(world, room).await.into_iter().map(|(seq, rev, _)| (seq, rev)).collect();
        let dense: Vec<(i64, i64)> = (1..=numbers.len() as i64).map(|n| (n, n)).collect();
        assert_eq!(numbers, dense);
        let heads = world.room(&ana, room).await.unwrap();
        assert_eq!((heads.last_seq.0, heads.rev.0), *dense.last().unwrap());
    }
}

async fn limits_are_asked_in_the_order_of_appends(world: &TestBackend, medium: &Medium) {
    let (ana, _, room) = world.pair().await;
    let log = written(world, medium);
    let slow = async {
        tokio::task::yield_now().await;
        None
    };
    let [first, too_often] = ["first", "too often"].map(|text| entry(&ana, room, text));
    let slow = log.numbered(&first, log.log.append(first.clone(), slow.boxed()));
    let refused = log.log.append(too_often, std::future::ready(Some(7)).boxed());
    let quick = log.append(entry(&ana, room, "second"));
    let (slow, refused, quick) = tokio::join!(slow, refused, quick);
    assert_eq!(refused, Err(Refusal::TooOften(7)));
    assert_eq!((slow.unwrap().seq.0, quick.unwrap().seq.0), (1, 2), "a slow answer costs no place");
}

async fn keeps_the_order_of_appends(world: &TestBackend, medium: &Medium) {
    let (ana, _, room) = world.pair().await;
    let log = written(world, medium);
    let texts: Vec<String> = (0..100).map(|n| format!("{n}")).collect();
    join_all(texts.iter().map(|text| log.append(entry(&ana, room, text)))).await;
    let order: Vec<String> = stored(world, room).await.into_iter().map(|(_, _, body)| body).collect();
    assert_eq!(order, texts);
}

async fn one_bad_entry_spoils_nothing(world: &TestBackend, medium: &Medium) {
    let (ana, _, room) = world.pair().await;
    // Something the rules of the model do not know, but the table does.
    let mut db = world.db.get().await.unwrap();
    diesel::sql_query("ALTER TABLE messages ADD CHECK (body <> 'poison')").execute(&mut db).await.unwrap();
    let log = written(world, medium);
    let texts = ["before", "poison", "after"];
    let outcomes = join_all(texts.map(|text| log.append(entry(&ana, room, text)))).await;
    let refused: Vec<bool> = outcomes.iter().map(Result::is_err).collect();
    assert_eq!(refused, [false, true, false]);
    let bodies: Vec<String> = stored(world, room).await.into_iter().map(|(_, _, body)| body).collect();
    assert_eq!(bodies, ["before", "after"]);
}
