//! Engines that are killed and stay away for a while.

use std::time::{Duration, Instant};

use bench::{
    check::Findings,
    client::{Http, Refused},
};
use model::{Code, MessageId, Page, Seq, accounts::Me};
use serde_json::Value;
use tokio::time::sleep;

use crate::world::{Dev, Raw, World, on_cluster, until};

/// A minute by `make prove`.
const KAFKA_AWAY: Duration = Duration::from_secs(20);
const POSTGRES_AWAY: Duration = Duration::from_secs(15);
/// What a busy machine adds to a second.
const AT_ONCE: Duration = Duration::from_millis(1_000);
const QUICKLY: Duration = Duration::from_millis(1_800);
const MOST_KIB: u64 = 600 * 1024;

/// Fails when nobody remembers that Kafka is away (`Brokers::are_away` says no): each sender waits for
/// as long as an entry may take.
#[test]
fn row_5_without_kafka_sends_are_refused_at_once_and_nothing_accepted_is_lost() {
    on_cluster(async |world| {
        let mut trial = world.trial(10, 10).await;
        let (ana, _, room) = world.pair().await;
        ana.http.send(room, MessageId::new(), "before").await.unwrap();
        world.whole(room, 1, &[]).await;
        let talk = tokio::spawn(trial.talk(2.0, KAFKA_AWAY + Duration::from_secs(8)));
        sleep(Duration::from_secs(2)).await;
        world.order("kill", "kafka").await;
        let away = Instant::now();
        let nodes = ["web-1", "web-2"].map(|node| world.at(&ana.http, node));
        for node in &nodes {
            // The first may be on its way when it goes.
            until("it is noticed", async || {
                matches!(node.send(room, MessageId::new(), "now?").await, Err(Refused::Answered(_)))
                    .then_some(())
            })
            .await;
        }
        let (mut refused, mut peak) = (0, 0);
        while away.elapsed() < KAFKA_AWAY {
            for node in &nodes {
                let asked = Instant::now();
                match node.send(room, MessageId::new(), "not now").await {
                    Err(Refused::Answered(error)) => assert_eq!(error.code, Code::Unavailable),
                    other => panic!("{other:?}"),
                }
                assert!(asked.elapsed() < AT_ONCE, "refused after {:?}", asked.elapsed());
                refused += 1;
                assert_eq!(
                    node.page(room, "after", Seq::ZERO).await.unwrap().messages.len(),
                    1,
                    "reading works"
                );
            }
            peak = peak.max(world.cluster.rss().unwrap_or(0));
            sleep(Duration::from_millis(200)).await;
        }
        assert!(refused > 20, "{refused}");
        assert!(peak < MOST_KIB, "{peak} KiB");
        world.order("start", "kafka").await;
        until("messages are taken again", async || nodes[0].send(room, MessageId::new(), "after").await.ok())
            .await;
        talk.await.unwrap();
        assert!(trial.accepted() > 50, "{}", trial.accepted());
        assert_eq!(trial.judge().await.unwrap(), Findings::default());
        let bodies: Vec<String> = world.whole(room, 2, &[]).await.into_iter().map(|row| row.2).collect();
        assert_eq!(bodies, ["before", "after"], "what was refused is nowhere");
    });
}

/// Fails when membership is asked of the database each time (`Membership` looks into no cache): nothing
/// is taken while it is away.
#[test]
fn row_6_without_postgresql_an_open_conversation_goes_on_and_gets_its_numbers_later() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let (mut one, _) = Raw::start(&world.at(&ana.http, "web-1"), &[]).await;
        let (mut other, _) = Raw::start(&world.at(&bo.http, "web-2"), &[]).await;
        let shows = Dev::start(bo.user, world.at(&bo.http, "web-1")).await;
        let mut ids = vec![one.log(room, "0").await, other.log(room, "1").await];
        world.whole(room, 2, &[&shows]).await;
        world.order("kill", "postgres").await;
        let away = Instant::now();
        let history = |node: &str, http: &Http| {
            let http = world.at(http, node);
            async move {
                let (asked, query) = (Instant::now(), [("room", room.to_string())]);
                (http.get::<Page>("/api/messages/page", &query).await, asked.elapsed())
            }
        };
        let mut refused = 0;
        for n in 2.. {
            if away.elapsed() > POSTGRES_AWAY && refused >= 5 {
                break;
            }
            assert!(n < 500 && away.elapsed() < 4 * POSTGRES_AWAY, "{refused} refusals");
            let (speaks, hears) = if n % 2 == 0 { (&mut one, &mut other) } else { (&mut other, &mut one) };
            let id = speaks.log(room, &n.to_string()).await;
            hears.until_live(id).await;
            ids.push(id);
            let (page, took) = history(if n % 2 == 0 { "web-1" } else { "web-2" }, &ana.http).await;
            let Err(Refused::Answered(error)) = page else { panic!("{page:?}") };
            assert!(error.code == Code::Unavailable && took < QUICKLY, "{error} after {took:?}");
            refused += 1;
            sleep(Duration::from_millis(300)).await;
        }
        let live = shows.noted().live.len();
        assert!(live >= ids.len() - 2, "{live} live of {}", ids.len());

        world.order("start", "postgres").await;
        let standing = world.whole(room, ids.len(), &[&shows]).await;
        assert!(
            standing.iter().map(|(_, id, _)| id).eq(ids
                .iter()
                .map(MessageId::to_string)
                .collect::<Vec<_>>()
                .iter())
        );
        assert_eq!(shows.noted().connections, 1, "nobody was disconnected");
        assert_eq!(shows.noted().rejected, [], "nothing is a dead letter");
        for node in ["web-1", "web-2"] {
            until("history is there", async || history(node, &ana.http).await.0.ok()).await;
        }
    });
}

/// Fails when `repair` does nothing: what was published while Redis was away is never seen, and a session
/// that ended meanwhile keeps its sockets.
#[test]
fn row_7_without_redis_holes_close_by_themselves_and_what_must_not_pass_does_not() {
    on_cluster(async |world| {
        let (ana, bo, cai, room) = world.trio().await;
        let (one, other) = (
            Dev::start(ana.user, world.at(&ana.http, "web-1")).await,
            Dev::start(bo.user, world.at(&bo.http, "web-2")).await,
        );
        one.say(room, "before").await;
        world.whole(room, 1, &[&one, &other]).await;
        let mut leaving = Raw::start(&world.at(&cai.http, "web-2"), &[]).await.0;
        world.order("kill", "redis").await;
        for n in 0..5 {
            let id = one.say(room, &n.to_string()).await;
            one.until_durable(id).await;
        }
        world.whole(room, 6, &[]).await;
        // Shown and numbered, and given up by who would have told it: each message, and their numbers.
        until("what is published is dropped", async || {
            let dropped = async |part| world.figure(part, "rapport_bus_dropped_total").await;
            let numbers = dropped("store-1").await + dropped("store-2").await;
            (dropped("web-1").await >= 5.0 && numbers >= 1.0).then_some(())
        })
        .await;
        assert_eq!(other.shown(room).await.0.len(), 1, "it hears nothing of it");
        // What lets somebody guess passwords is closed, everything else is open.
        let sign_in = [("login", "nobody".to_owned()), ("password", "who knows what".to_owned())];
        let refused = world.http().at(&world.cluster.address("web-1").unwrap());
        let refused = refused.post::<Me>("/api/accounts/sign_in", &sign_in).await.unwrap_err();
        assert!(matches!(&refused, Refused::Answered(error) if error.code == Code::Unavailable), "{refused}");
        world
            .at(&ana.http, "web-1")
            .get::<Value>("/api/people/find", &[("query", "b".to_owned())])
            .await
            .unwrap();
        // A session that ends now ends on the other node as soon as that can be told.
        world.at(&cai.http, "web-1").post::<Value>("/api/accounts/sign_out", &[]).await.unwrap();

        world.order("start", "redis").await;
        world.whole(room, 6, &[&one, &other]).await;
        assert_eq!(leaving.farewell().await, Some(4101));
        assert_eq!((one.noted().connections, other.noted().connections), (1, 1), "nobody was disconnected");
        // Both hear each other as before.
        other.say(room, "after").await;
        world.whole(room, 7, &[&one, &other]).await;
        ready(world).await;
        until("passwords are looked at again", async || {
            let refused = world.http().post::<Me>("/api/accounts/sign_in", &sign_in).await.unwrap_err();
            matches!(refused, Refused::Answered(error) if error.code != Code::Unavailable).then_some(())
        })
        .await;
    });
}

async fn ready(world: &World) {
    for node in ["web-1", "web-2"] {
        let http = world.at(&world.http(), node);
        until("it is ready", async || http.get::<Value>("/readyz", &[]).await.ok()).await;
    }
}
