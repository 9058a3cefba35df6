//! Jobs over RabbitMQ when something breaks: RabbitMQ itself, a relay, a worker, the database.

use backend::jobs::{LEASE, RabbitSettings};
use serde_json::json;
use testing::{Broker, execute, until};

use crate::contracts::jobs::{A, B, Bench, Told};

async fn bench() -> (&'static Broker, String, Bench) {
    let broker = Broker::shared().await;
    let prefix = broker.prefix();
    let bench = Bench::new(Some((broker.url(), prefix.clone()))).await;
    (broker, prefix, bench)
}

/// From now on the first attempt to strike a row off fails: what a relay leaves behind that dies
/// after RabbitMQ's confirmation.
const FIRST_STRIKE_FAILS: &str = "\
    CREATE SEQUENCE strikes; \
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        IF nextval('strikes') = 1 THEN RAISE 'the relay dies'; END IF; RETURN OLD; END $$; \
    CREATE TRIGGER fail BEFORE DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION fail();";

/// Fails when rows are struck off before RabbitMQ has confirmed, when queues or messages are not
/// durable, or when a lost connection ends the worker.
#[tokio::test(flavor = "multi_thread")]
async fn rabbitmq_is_killed_and_comes_back_and_nothing_is_lost() {
    let mut broker = Broker::own().await;
    let bench = Bench::new(Some((broker.url(), broker.prefix()))).await;
    let worker = bench.worker();
    for n in 0..40 {
        bench.enqueue(A(n, Told::Succeed)).await;
    }
    bench.until("A5 ended").await;
    broker.stop().await;
    for n in 40..60 {
        bench.enqueue(A(n, Told::Succeed)).await;
    }
    assert!(bench.rows().await >= 20, "the rows wait");
    assert!(worker.is_at_work());
    broker.start().await;
    bench.until("A59 ended").await;
    bench.eventually("every row is struck off", async || bench.rows().await == 0).await;
    let ended: Vec<_> = bench.events().await.into_iter().filter(|event| event.ends_with("ended")).collect();
    let mut order = ended.clone();
    order.dedup();
    let expected: Vec<_> = (0..60).map(|n| format!("A{n} ended")).collect();
    assert_eq!(order, expected, "each in its place; the one in hand may have run twice");
    assert!(ended.len() <= 62, "{ended:?}");
    worker.stop().await;
}

/// Fails when the worker does not strike off what it finished: the row is then sent once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_died_after_publishing_and_the_job_runs_once() {
    let (_, _, bench) = bench().await;
    bench.sql(FIRST_STRIKE_FAILS).await;
    bench.enqueue(A(1, Told::Wait)).await;
    let worker = bench.worker();
    bench.until("A1 begun").await;
    bench.eventually("the relay fails to strike off", async || strikes(&bench).await > 0).await;
    assert_eq!(bench.rows().await, 1);
    bench.open_the_gate().await;
    bench.until("A1 ended").await;
    bench.eventually("the worker strikes it off", async || bench.rows().await == 0).await;
    bench.clock.advance(LEASE);
    bench.enqueue(A(2, Told::Succeed)).await;
    bench.until("A2 ended").await;
    assert_eq!(bench.events().await, ["A1 begun", "A1 ended", "A2 begun", "A2 ended"]);
    worker.stop().await;
}

/// Fails when the second copy is not known by the first one's number.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_died_and_its_lease_ended_so_the_job_comes_twice_under_one_number() {
    let (broker, prefix, bench) = bench().await;
    bench.sql(FIRST_STRIKE_FAILS).await;
    bench.enqueue(A(1, Told::Mail)).await;
    bench.enqueue(B(1, Told::Wait)).await;
    bench.enqueue(B(2, Told::GiveUp)).await;
    let relay_of_a = bench.worker();
    bench.until("B1 begun").await;
    bench.until("A1 ended").await;
    bench.open_the_gate().await;
    bench.until("B2 failed").await;
    relay_of_a.stop().await;
    // The same once more, for a row that is there although its message is gone.
    let again = "INSERT INTO jobs (id, queue, payload, run_at, created_at) OVERRIDING SYSTEM VALUE \
        SELECT id, queue, payload, created_at, created_at FROM dead_jobs";
    bench.sql(again).await;
    let worker = bench.worker();
    bench
        .eventually("both copies are dead", async || {
            broker.waiting(&format!("{prefix}test.b.dead")).await == 2
        })
        .await;
    let first = broker.take(&format!("{prefix}test.b.dead")).await.expect("a dead letter");
    let second = broker.take(&format!("{prefix}test.b.dead")).await.expect("its copy");
    assert_eq!(first.id, second.id);
    assert_eq!(bench.dead().await.len(), 1, "one job, one record");
    let mails = bench.backend.mailer.mailbox(10).await.expect("a mailbox");
    assert_eq!(mails.len(), 1, "one effect");
    worker.stop().await;
}

/// Fails when the reason is not written into the dead letter, or when it is sent without waiting for
/// its confirmation and the queue of dead letters is away.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_says_why() {
    let (broker, prefix, bench) = bench().await;
    let worker = bench.worker();
    bench.enqueue(A(1, Told::Fail(9))).await;
    bench.until("A1 begun").await;
    broker.delete(&format!("{prefix}test.a.dead")).await;
    bench.enqueue(A(2, Told::Succeed)).await;
    bench.until("A2 ended").await;
    let letter = broker.take(&format!("{prefix}test.a.dead")).await.expect("a dead letter");
    assert_eq!(letter.body, json!([1, { "Fail": 9 }]).to_string());
    let reason = ("rapport-reason".to_owned(), "as told".to_owned());
    assert!(letter.headers.contains(&reason) && letter.persistent, "{letter:?}");
    assert!(letter.id.parse::<i64>().is_ok());
    worker.stop().await;
}

/// Fails when such a message is handed back, or ends the worker.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_no_job_goes_to_the_dead_letters_and_the_queue_goes_on() {
    let (broker, prefix, bench) = bench().await;
    let worker = bench.worker();
    bench.enqueue(A(1, Told::Succeed)).await;
    bench.until("A1 ended").await;
    broker.put(&format!("{prefix}test.a"), "hello").await;
    bench.enqueue(A(2, Told::Succeed)).await;
    bench.until("A2 ended").await;
    let letter = broker.take(&format!("{prefix}test.a.dead")).await.expect("a dead letter");
    assert_eq!(letter.body, "hello");
    let [(name, reason)] = &letter.headers[..] else { panic!("{letter:?}") };
    assert_eq!((name.as_str(), reason.starts_with("no job")), ("rapport-reason", true));
    worker.stop().await;
}

/// Fails without `mandatory`: the message is then confirmed and thrown away.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_somebody_deleted_is_made_again() {
    let (broker, prefix, bench) = bench().await;
    let worker = bench.worker();
    bench.enqueue(A(1, Told::Succeed)).await;
    bench.until("A1 ended").await;
    broker.delete(&format!("{prefix}test.a")).await;
    bench.enqueue(A(2, Told::Succeed)).await;
    bench.until("A2 ended").await;
    worker.stop().await;
}

/// Fails when tries are counted in memory only.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ends_its_worker_each_time_is_given_up() {
    let (_, _, bench) = bench().await;
    bench.enqueue(A(1, Told::Wait)).await;
    bench.enqueue(A(2, Told::Succeed)).await;
    let mut begun = 0;
    while bench.dead().await.is_empty() {
        let worker = bench.worker();
        bench
            .eventually("it begins again, or is given up", async || {
                let events = bench.events().await;
                events.iter().filter(|event| *event == "A1 begun").count() > begun
                    || events.iter().any(|event| event == "A2 ended")
            })
            .await;
        begun += 1;
        assert!(begun < 20, "is never given up");
        worker.vanish().await;
    }
    assert_eq!(begun, 9, "three tries, five deaths to spare, and the one that gives it up");
    let worker = bench.worker();
    bench.until("A2 ended").await;
    let dead = bench.dead().await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].3, "the worker died at each try");
    worker.stop().await;
}

/// Fails when a try is counted that only failed for want of the database.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_away_and_no_try_is_wasted() {
    let (_, _, bench) = bench().await;
    let worker = bench.worker();
    bench.enqueue(B(1, Told::Wait)).await;
    bench.until("B1 begun").await;
    let url = bench.database.url();
    let name = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a name");
    let maintenance = url.replace(name, "postgres");
    let away = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    execute(&maintenance, &away).await.expect("the server answers");
    // The only try there is. What it and its worker ask of the database takes five seconds each to
    // fail, three times over.
    let over = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while tokio::time::Instant::now() < over {
        assert!(worker.is_at_work());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let back = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    execute(&maintenance, &back).await.expect("the server answers");
    let second = std::time::Duration::from_secs(1);
    until("the database answers again", async || {
        backend::database::answers(&bench.backend.db, second).await.then_some(())
    })
    .await;
    bench.open_the_gate().await;
    bench.until("B1 ended").await;
    assert!(bench.dead().await.is_empty());
    worker.stop().await;
}

/// Fails when the address is part of an error.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_clear_and_holds_no_password() {
    let broker = Broker::shared().await;
    let url = broker.url();
    let told = async |url: String| {
        let settings = RabbitSettings::parse(&url).expect("a good address");
        format!("{:#}", settings.answers().await.expect_err("is refused"))
    };
    let refused = told(url.replace("guest:guest", "guest:hush")).await;
    assert!(
        refused.starts_with("RabbitMQ at 127.0.0.1 port ") && refused.contains("ACCESS_REFUSED"),
        "{refused}"
    );
    assert!(!refused.contains("hush"));
    let nowhere = told(url.replace("%2F", "nowhere")).await;
    assert!(nowhere.contains("nowhere"), "{nowhere}");
    let nobody = told("amqp://guest:hush@127.0.0.1:1".to_owned()).await;
    assert!(nobody.contains("refused") && !nobody.contains("hush"), "{nobody}");
}

/// Fails when a queue is declared otherwise the second time.
#[tokio::test(flavor = "multi_thread")]
async fn queues_are_declared_as_often_as_anybody_likes() {
    let broker = Broker::shared().await;
    let prefix = broker.prefix();
    let settings = RabbitSettings::parse(&broker.url()).expect("a good address").with_prefix(&prefix);
    for _ in 0..2 {
        settings.declare().await.expect("declares");
    }
    for queue in ["mail.verification", "mail.welcome", "mail.verification.dead"] {
        assert_eq!(broker.waiting(&format!("{prefix}{queue}")).await, 0);
    }
}

async fn strikes(bench: &Bench) -> i64 {
    use diesel::{QueryableByName, sql_types::BigInt};
    use diesel_async::RunQueryDsl;
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut conn = bench.backend.db.get().await.expect("a connection");
    let query = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS count FROM strikes";
    let count: Count = diesel::sql_query(query).get_result(&mut conn).await.expect("a row");
    count.count
}
