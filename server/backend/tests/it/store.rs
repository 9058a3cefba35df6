//! The store role on a real Kafka: what it does with bad entries, beside others, and on the way back.

use std::collections::BTreeMap;

use backend::{
    Backend, LogMedium, Media,
    database::schema::{log_offsets, messages},
    hub::Outgoing,
    message_log::{
        DeadLetters, Entry, KafkaSettings, Mechanism, MessageLog, Refusal, Sasl, Security, Store,
        check_topics, create_topics, run_store,
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::{FutureExt, future::join_all};
use model::{Body, MessageId, Offset, RoomId, Sent, UserId, wire::ServerFrame};
use rdkafka::producer::{FutureProducer, FutureRecord};
use testing::{Kafka, TestBackend, until};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::sockets::{next, socket};

pub(crate) fn store(world: &Backend, settings: &KafkaSettings) -> DropGuard {
    let stop = CancellationToken::new();
    let (store, settings, stopped) =
        (Store { db: world.db.clone(), bus: world.bus.clone() }, settings.clone(), stop.clone());
    tokio::spawn(async move { run_store(&settings, store, stopped).await.expect("good settings") });
    stop.drop_guard()
}

/// A backend whose messages go through Kafka, and a store.
pub(crate) async fn with_store() -> (TestBackend, DropGuard) {
    let settings = Kafka::of_the_process().await.topic(1).await;
    let log = LogMedium::Kafka(settings.clone());
    let world = TestBackend::with(Media { log, ..Media::default() }).await;
    let stop = store(&world, &settings);
    (world, stop)
}

fn log(world: &Backend, settings: &KafkaSettings) -> MessageLog {
    let members = world.members.clone();
    MessageLog::kafka(settings, world.db.clone(), members, world.bus.clone(), world.clock.clone())
        .expect("good settings")
}

async fn append(log: &MessageLog, room: RoomId, sender: UserId, text: &str) -> MessageId {
    let entry = Entry { id: MessageId::new(), room, sender, body: Body::new(text).unwrap() };
    let id = entry.id;
    log.append(entry, std::future::ready(None).boxed()).await.expect("logged");
    id
}

/// Puts bytes straight into the topic.
async fn put(settings: &KafkaSettings, bytes: &[u8]) {
    let producer: FutureProducer =
        rdkafka::ClientConfig::new().set("bootstrap.servers", &settings.brokers).create().unwrap();
    let record = FutureRecord::<[u8], [u8]>::to(&settings.topic).payload(bytes);
    producer.send(record, std::time::Duration::from_secs(10)).await.expect("Kafka takes anything");
}

async fn texts(world: &Backend, room: RoomId) -> Vec<String> {
    let mut db = world.db.get().await.unwrap();
    let rows = messages::table.filter(messages::room_id.eq(room)).order(messages::seq).select(messages::body);
    rows.load(&mut db).await.unwrap()
}

async fn until_texts(world: &Backend, room: RoomId, count: usize) -> Vec<String> {
    until("the messages are stored", async || Some(texts(world, room).await).filter(|all| all.len() >= count))
        .await
}

/// Fails when the reason is not looked for (the batch is tried for ever), and when a single row is
/// not set apart (its neighbours are dead letters too).
#[tokio::test(flavor = "multi_thread")]
async fn row_9_what_cannot_be_stored_is_a_dead_letter_and_its_neighbours_are_stored() {
    let settings = Kafka::of_the_process().await.topic(1).await;
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let log = log(&world, &settings);
    let nowhere = RoomId::new();
    append(&log, room, ana.user(), "before").await;
    put(&settings, b"\xff not an entry").await;
    let lost = MessageId::new();
    let astray = format!(
        r#"{{"id":"{lost}","room":"{nowhere}","sender":"{}","at":1767603600000,"body":"astray"}}"#,
        ana.user()
    );
    put(&settings, astray.as_bytes()).await;
    // Known to nobody: the table refuses it, and with it the whole statement.
    let stranger = UserId::new();
    let unknown = format!(
        r#"{{"id":"{}","room":"{room}","sender":"{stranger}","at":1767603600000,"body":"who?"}}"#,
        MessageId::new()
    );
    put(&settings, unknown.as_bytes()).await;
    append(&log, room, ana.user(), "after").await;

    let running = store(&world, &settings);
    assert_eq!(until_texts(&world, room, 2).await, ["before", "after"]);
    let dead = DeadLetters::at(&settings).unwrap();
    let reasons = |letters: Vec<backend::message_log::DeadLetter>| -> Vec<(String, String)> {
        letters.into_iter().map(|letter| (letter.place, letter.reason)).collect()
    };
    let letters = reasons(dead.list().await.unwrap());
    assert_eq!(letters.iter().map(|(place, _)| &**place).collect::<Vec<_>>(), ["0-1", "0-2", "0-3"]);
    assert!(letters[0].1.starts_with("not an entry"), "{letters:?}");
    assert_eq!(letters[1].1, "there is no such room");
    assert!(letters[2].1.contains("sender_id"), "{letters:?}");

    // What was missing comes into being, and the entry is given another chance.
    let statement = format!(
        "INSERT INTO rooms (id, kind, created_at) VALUES ('{nowhere}', 'private', now()); \
         INSERT INTO memberships (room_id, user_id, joined_at) VALUES ('{nowhere}', '{}', now())",
        ana.user()
    );
    testing::run(&world, &statement).await;
    dead.retry("0-2").await.unwrap();
    assert_eq!(until_texts(&world, nowhere, 1).await, ["astray"]);
    dead.drop_letter("0-1").await.unwrap();
    assert_eq!(reasons(dead.list().await.unwrap()).len(), 1);
    assert!(dead.drop_letter("0-1").await.unwrap_err().to_string().contains("no dead letter 0-1"));
    drop(running);
}

/// Fails when `advance` moves a place from wherever it stands: it then goes back and forth.
#[tokio::test(flavor = "multi_thread")]
async fn row_4_two_stores_of_one_partition_store_each_entry_once_and_never_go_back() {
    let settings = Kafka::of_the_process().await.topic(1).await;
    let world = TestBackend::start().await;
    let (ana, bo, room) = world.pair().await;
    let log = log(&world, &settings);
    // Two groups: Kafka gives the partition to both, as it seems to who was stopped for a while.
    let stale = KafkaSettings { group: "the stale one".to_owned(), ..settings.clone() };
    let running = [store(&world, &settings), store(&world, &stale)];
    let told: Vec<String> = (0..600).map(|n| n.to_string()).collect();
    let appended = async {
        for chunk in told.chunks(20) {
            let chunk = chunk.iter().enumerate().map(|(place, text)| {
                let who = if place % 2 == 0 { &ana } else { &bo };
                append(&log, room, who.user(), text)
            });
            join_all(chunk).await;
        }
    };
    let watched = async {
        let mut last = Offset::ZERO;
        until("everything is stored", async || {
            let mut db = world.db.get().await.unwrap();
            let place: Option<Offset> =
                log_offsets::table.select(log_offsets::next_offset).first(&mut db).await.optional().unwrap();
            let place = place.unwrap_or_default();
            assert!(place >= last, "the place went back from {last} to {place}");
            last = place;
            (last == Offset(600)).then_some(())
        })
        .await;
    };
    tokio::join!(appended, watched);
    assert_eq!(texts(&world, room).await, told);
    let heads = world.room(&ana, room).await.unwrap();
    assert_eq!((heads.last_seq.0, heads.rev.0, heads.log), (600, 600, Offset(600)));
    drop(running);
}

/// Fails when a store begins where Kafka remembers instead of where PostgreSQL says: what was stored
/// last is then unknown to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_goes_on_where_the_one_before_ended_and_where_a_backup_was_taken() {
    let settings = Kafka::of_the_process().await.topic(2).await;
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let log = log(&world, &settings);
    let first = store(&world, &settings);
    append(&log, room, ana.user(), "one").await;
    until_texts(&world, room, 1).await;
    drop(first);
    append(&log, room, ana.user(), "two").await;
    let second = store(&world, &settings);
    assert_eq!(until_texts(&world, room, 2).await, ["one", "two"]);
    drop(second);
    // The database is set back to before anything was stored; the log still has it.
    let back =
        "DELETE FROM messages; DELETE FROM log_offsets; UPDATE rooms SET last_seq = 0, rev = 0, log = 0";
    testing::run(&world, back).await;
    let third = store(&world, &settings);
    assert_eq!(until_texts(&world, room, 2).await, ["one", "two"]);
    drop(third);
}

/// Fails when the number of partitions is not compared: half of the rooms would change theirs.
#[tokio::test(flavor = "multi_thread")]
async fn another_number_of_partitions_is_refused() {
    let settings = Kafka::of_the_process().await.topic(3).await;
    let error = create_topics(&KafkaSettings { partitions: 8, ..settings }).await.unwrap_err().to_string();
    assert!(error.contains("has 3 partitions, and RAPPORT_KAFKA_PARTITIONS says 8"), "{error}");
}

/// Rows 5 and 8 of the log: fails when nobody remembers that Kafka is away, and every sender waits.
#[tokio::test(flavor = "multi_thread")]
async fn row_5_without_kafka_sends_are_refused_at_once_and_nothing_accepted_is_lost() {
    let mut kafka = Kafka::start().await;
    let settings = kafka.topic(1).await;
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let log = log(&world, &settings);
    let _running = store(&world, &settings);
    append(&log, room, ana.user(), "before").await;
    kafka.kill();
    let entry =
        |text: &str| Entry { id: MessageId::new(), room, sender: ana.user(), body: Body::new(text).unwrap() };
    until("it is noticed", async || (!log.is_open()).then_some(())).await;
    let began = std::time::Instant::now();
    for _ in 0..1_000 {
        let refused = log.append(entry("not now"), std::future::ready(None).boxed()).await;
        assert_eq!(refused, Err(Refusal::Unavailable));
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(1), "at once: {:?}", began.elapsed());
    kafka.run().await;
    until("it is noticed", async || log.is_open().then_some(())).await;
    append(&log, room, ana.user(), "after").await;
    assert_eq!(until_texts(&world, room, 2).await, ["before", "after"]);
}

/// Fails when one of the settings does not reach Kafka's client: it then does not get in.
#[tokio::test(flavor = "multi_thread")]
async fn a_kafka_with_tls_and_a_password_takes_who_has_both() {
    const PASSWORD: &str = "a secret of the test";
    let kafka = Kafka::start_secure(PASSWORD).await;
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let settings = |mechanism, password: &str| KafkaSettings {
        brokers: kafka.brokers(),
        topic: "room-events".to_owned(),
        partitions: 1,
        replication: 1,
        group: "rapport-store".to_owned(),
        security: Security {
            tls: true,
            authorities: Some(kafka.authorities()),
            sasl: Some(Sasl { mechanism, username: "rapport".to_owned(), password: password.to_owned() }),
        },
    };
    create_topics(&settings(Mechanism::Plain, PASSWORD)).await.expect("it takes the password");
    let mut said = vec![];
    for mechanism in [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512] {
        let settings = settings(mechanism, PASSWORD);
        let running = store(&world, &settings);
        append(&log(&world, &settings), room, ana.user(), mechanism.name()).await;
        said.push(mechanism.name());
        assert_eq!(until_texts(&world, room, said.len()).await, said);
        drop(running);
    }

    let right = settings(Mechanism::ScramSha256, PASSWORD);
    let system = Security { authorities: None, ..right.security.clone() };
    let unencrypted = Security { tls: false, ..right.security.clone() };
    for (refused, why) in [
        (settings(Mechanism::ScramSha256, "a guess"), "the password is wrong"),
        (KafkaSettings { security: system, ..right.clone() }, "nobody known vouches for its certificate"),
        (KafkaSettings { security: unencrypted, ..right.clone() }, "it speaks TLS only"),
    ] {
        assert!(check_topics(&refused).await.is_err(), "{why}");
    }
    check_topics(&right).await.expect("it is there all the time");
}

/// Fails when places are Kafka's own offsets: they would begin anew, and clients let go of what lies below
/// a place they were told before.
#[tokio::test(flavor = "multi_thread")]
async fn a_kafka_set_up_anew_goes_on_above_the_one_before() {
    let mut kafka = Kafka::start().await;
    let settings = kafka.topic(1).await;
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let log = log(&world, &settings);
    let _running = store(&world, &settings);
    let place = async |text: &str| {
        let entry = Entry { id: MessageId::new(), room, sender: ana.user(), body: Body::new(text).unwrap() };
        let sent = until("it is logged", async || {
            log.append(entry.clone(), std::future::ready(None).boxed()).await.ok()
        });
        let Sent::Logged(logged) = sent.await else { panic!("{text} is not logged") };
        logged.log
    };
    assert_eq!(place("one").await, Offset(0));
    assert_eq!(until_texts(&world, room, 1).await, ["one"]);
    kafka.run_anew().await;
    create_topics(&settings).await.expect("it is empty");
    let second = place("two").await;
    assert_eq!(second.0 % (1 << 32), 0);
    assert!(second > Offset(0), "{second}");
    assert_eq!(until_texts(&world, room, 2).await, ["one", "two"]);
    assert_eq!(world.room(&ana, room).await.unwrap().log, second.next());
}

/// Fails when they are kept one after the other: the database gives the transaction up meanwhile, and the
/// batch is tried for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_nothing_but_dead_letters_is_passed() {
    const DEAD: usize = 2_000;
    let settings = Kafka::of_the_process().await.topic(1).await;
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    let producer: FutureProducer =
        rdkafka::ClientConfig::new().set("bootstrap.servers", &settings.brokers).create().unwrap();
    let dead = (0..DEAD).map(|_| {
        let record = FutureRecord::<[u8], [u8]>::to(&settings.topic).payload(b"not an entry");
        producer.send(record, std::time::Duration::from_secs(10))
    });
    assert!(join_all(dead).await.iter().all(Result::is_ok));
    append(&log(&world, &settings), room, ana.user(), "after").await;
    let _running = store(&world, &settings);
    assert_eq!(until_texts(&world, room, 1).await, ["after"]);
    assert_eq!(DeadLetters::at(&settings).unwrap().list().await.unwrap().len(), DEAD);
}

/// Fails when the topic is not looked at: what is logged into one that nobody stores from is lost.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_topic_nothing_is_taken_and_none_is_made() {
    let settings = Kafka::of_the_process().await.topic(1).await;
    let misspelt = KafkaSettings { topic: format!("{}-", settings.topic), ..settings.clone() };
    let other = KafkaSettings { partitions: 2, ..settings };
    let world = TestBackend::start().await;
    let (ana, _, room) = world.pair().await;
    for wrong in [misspelt, other] {
        let entry = Entry { id: MessageId::new(), room, sender: ana.user(), body: Body::new("x").unwrap() };
        let refused = log(&world, &wrong).append(entry, std::future::ready(None).boxed()).await;
        assert_eq!(refused, Err(Refusal::Unavailable));
        assert!(check_topics(&wrong).await.is_err());
    }
}

/// Fails when a store gives a partition away before it has told what it stored of it: whoever gets the
/// partition tells what follows first.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_told_in_their_order_though_the_partitions_change_hands() {
    let settings = Kafka::of_the_process().await.topic(4).await;
    let world = TestBackend::start().await;
    let (ana, log) = (world.person("ana").await, log(&world, &settings));
    let listening = world.hub.listen(ana.user(), ana.session()).unwrap();
    let (hear, mut heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut batch = vec![];
        while listening.listener().next(&mut batch).await.is_ok() {
            for outgoing in batch.drain(..) {
                let Outgoing::Frame(frame) = outgoing else { continue };
                let frame = ServerFrame::parse(std::str::from_utf8(&frame).unwrap()).unwrap();
                if let ServerFrame::Stored(stored) = frame {
                    let _ = hear.send(stored);
                }
            }
        }
    });
    let mut told: BTreeMap<RoomId, i64> = BTreeMap::new();
    for n in 0..8 {
        let other = world.person(&format!("other_{n}")).await;
        told.insert(world.open_private(&ana, other.user()).await.unwrap().id, 0);
    }
    let rooms: Vec<RoomId> = told.keys().copied().collect();
    let first = store(&world, &settings);
    let stop = CancellationToken::new();
    let talk = async {
        let mut said = 0;
        while !stop.is_cancelled() {
            join_all(rooms.iter().map(|room| append(&log, *room, ana.user(), "on and on"))).await;
            said += 1;
        }
        said
    };
    let stores = async {
        // Three more come, one after the other, and the first one goes.
        let mut others = vec![];
        for _ in 0..3 {
            let before = stored_in_all(&world).await;
            others.push(store(&world, &settings));
            until("it goes on", async || (stored_in_all(&world).await > before + 400).then_some(())).await;
        }
        drop(first);
        let before = stored_in_all(&world).await;
        until("it goes on", async || (stored_in_all(&world).await > before + 400).then_some(())).await;
        stop.cancel();
        others
    };
    let (said, running) = tokio::join!(talk, stores);
    while told.values().any(|count| *count < said) {
        let stored = heard.recv().await.expect("it listens");
        let last = told.get_mut(&stored.room).expect("one of hers");
        assert!(stored.ids.is_empty() || stored.rev.0 == *last + 1, "{} after {last}", stored.rev);
        *last += stored.ids.len() as i64;
    }
    drop(running);
}

/// Fails when a chat is shown with its first message only where there is no Kafka.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_brings_its_chat_when_it_is_stored() {
    let (world, _running) = with_store().await;
    let [ana, bo] = [world.person("ana").await, world.person("bo_").await];
    let his = socket(&world, &bo).await;
    let room = world.open_private(&ana, bo.user()).await.unwrap().id;
    world.say(&ana, room, &["hello"]).await;
    let told = next(&his).await;
    let [ServerFrame::Room { room: shown }] = &told[..] else { panic!("{told:?}") };
    assert_eq!((shown.id, shown.unread(bo.user())), (room, 1));
}

async fn stored_in_all(world: &Backend) -> i64 {
    let mut db = world.db.get().await.unwrap();
    messages::table.count().get_result(&mut db).await.unwrap()
}
