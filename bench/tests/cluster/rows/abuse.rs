//! Limits, sessions and settings that hold for all nodes together.

use std::{collections::BTreeMap, time::Instant};

use bench::client::{Http, Refused};
use futures::future::join_all;
use model::{
    Code, MessageId,
    accounts::{Me, Registration},
    limits::{SEND_BURST, SEND_PER_SECOND, SOCKETS_PER_USER},
};
use serde_json::Value;

use crate::world::{Raw, alone, on_cluster, output, until};

const NODES: [&str; 2] = ["web-1", "web-2"];
/// What says that this person has too many sockets.
const TOO_MANY: Option<u16> = Some(4006);
const SIGNED_OUT: Option<u16> = Some(4101);

/// Fails when presence counts for each node alone (`Redis::arrive` always lets in).
#[test]
fn row_25_sockets_of_one_person_are_counted_over_both_nodes() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let ways = NODES.map(|node| world.at(&ana.http, node));
        let mut open = Vec::new();
        for place in 0..SOCKETS_PER_USER {
            open.push(Raw::start(&ways[place % 2], &[]).await.0);
        }
        for way in ways.iter().cycle().take(6) {
            assert_eq!(Raw::dial(way).await.unwrap().farewell().await, TOO_MANY);
        }
        drop(open.pop());
        until("a place is free again", async || Raw::dial(&ways[0]).await.unwrap().let_in().await).await;
        bo.http.send(room, MessageId::new(), "usable").await.unwrap();
    });
}

/// Fails when sends are not counted (`RateLimit::wait` says nothing), or by each node alone.
#[test]
fn row_25_a_flood_over_both_nodes_is_told_when_to_go_on() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let ways = NODES.map(|node| world.at(&ana.http, node));
        // What cannot be counted in time passes, as the limits promise.
        let uncounted = async || {
            let of = |node| world.figure(node, "rapport_limits_unknown_total");
            (of("web-1").await + of("web-2").await) as u32
        };
        let (before, began) = (uncounted().await, Instant::now());
        let mut answers = Vec::new();
        for _ in 0..15 {
            let sends = (0..20).map(|n| ways[n % 2].send(room, MessageId::new(), "flood"));
            answers.extend(join_all(sends).await);
        }
        let most = SEND_BURST + SEND_PER_SECOND * (began.elapsed().as_secs() as u32 + 1);
        let most = most + uncounted().await - before;
        assert!(most < 300, "too slow to say: {most}");
        let accepted = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!((SEND_BURST as usize..=most as usize).contains(&accepted), "{accepted} of at most {most}");
        for answer in answers {
            let Err(refused) = answer else { continue };
            let Refused::Answered(error) = refused else { panic!("{refused}") };
            assert_eq!(error.code, Code::RateLimited);
            assert!(error.retry_after.is_some_and(|wait| wait > 0));
        }
        bo.http.send(room, MessageId::new(), "usable").await.unwrap();
    });
}

/// Fails when the end of a session is not announced to the other nodes.
#[test]
fn row_31_signing_out_closes_the_sockets_of_the_session_on_the_other_node() {
    on_cluster(async |world| {
        let (ana, bo, _) = world.pair().await;
        let [here, there] = NODES.map(|node| world.at(&ana.http, node));
        let mut sockets = [Raw::start(&here, &[]).await.0, Raw::start(&there, &[]).await.0];
        let (mut stranger, _) = Raw::start(&world.at(&bo.http, "web-2"), &[]).await;
        // A copy of its access token, without the other one.
        let stolen = world.at(&world.http(), "web-2");
        let access = access(&ana.http.cookies());
        stolen.set_cookie(&access.0, &access.1);
        stolen.get::<Me>("/api/accounts/me", &[]).await.unwrap();

        let signed_out = Instant::now();
        here.post::<Value>("/api/accounts/sign_out", &[]).await.unwrap();
        for socket in &mut sockets {
            assert_eq!(socket.farewell().await, SIGNED_OUT);
        }
        assert!(signed_out.elapsed().as_secs() < 2, "{:?}", signed_out.elapsed());
        let refused = stolen.get::<Me>("/api/accounts/me", &[]).await.unwrap_err();
        assert!(matches!(&refused, Refused::Answered(error) if error.code == Code::SignedOut), "{refused}");
        assert!(Raw::dial(&stolen).await.is_err());
        // Nobody else is concerned.
        stranger.say(&model::wire::ClientFrame::Unknown).await;
        bo.http.get::<Me>("/api/accounts/me", &[]).await.unwrap();
    });
}

fn access(cookies: &str) -> (String, String) {
    let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    let access = pairs.into_iter().find(|(name, _)| name.ends_with("access"));
    access.map(|(name, value)| (name.to_owned(), value.to_owned())).expect("there is one")
}

/// From 200 addresses, since each may guess only so often.
/// Fails when `count_try` has no end.
#[test]
fn row_32_many_guesses_over_both_nodes_are_few_tries() {
    on_cluster(async |world| {
        let name = format!("g{}", &MessageId::new().to_string().replace('-', "")[20..]);
        let form = [
            ("email", format!("{name}@example.com")),
            ("username", name.clone()),
            ("name", name.clone()),
            ("password", "a long enough passphrase".to_owned()),
        ];
        let registration: Registration = world.http().post("/api/accounts/register", &form).await.unwrap();
        // The real one, so that it is known what would be right.
        let mails = world.cluster.folder().join("cluster/mail");
        let code = until("the mail is there", async || {
            let mails = std::fs::read_dir(&mails).ok()?.flatten();
            let mut texts = mails.filter_map(|file| std::fs::read_to_string(file.path()).ok());
            let mail = texts.find(|text| text.contains(&format!("To: {name}@")))?;
            let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
            mail.lines().map(str::trim).find(is_code).map(str::to_owned)
        })
        .await;
        let verify = async |http: &Http, code: &str| {
            let form = [("registration", registration.id.to_string()), ("code", code.to_owned())];
            http.post::<Value>("/api/accounts/verify", &form).await
        };
        let wrong = (0..1_000_000).map(|n| format!("{n:06}")).filter(|guess| *guess != code);
        let guesses = wrong.take(200).enumerate().map(async |(n, guess)| {
            let http = world.at(&world.http(), NODES[n % 2]).from(&format!("198.51.100.{n}"));
            verify(&http, &guess).await
        });
        for answer in join_all(guesses).await {
            match answer {
                Err(Refused::Answered(error)) if error.code == Code::WrongCode => {}
                // So many at once on a busy machine: not a try.
                Err(Refused::Answered(error)) if error.code == Code::Unavailable => {}
                other => panic!("{other:?}"),
            }
        }
        let tries =
            format!("SELECT tries::bigint AS number FROM registrations WHERE id = '{}'", registration.id);
        assert_eq!(world.sql.number(&tries).await, 5);
        for node in NODES {
            let right = verify(&world.at(&world.http(), node), &code).await;
            assert!(
                matches!(&right, Err(Refused::Answered(error)) if error.code == Code::WrongCode),
                "{right:?}"
            );
        }
    });
}

/// Fails when `Config::shared` lets everything pass.
#[test]
fn row_42_a_role_without_what_it_shares_says_what_is_missing() {
    let digits = (0..64).filter_map(|_| char::from_digit(rand::random_range(0..16), 16));
    let secret: String = digits.collect();
    let all = [
        ("DATABASE_URL", "postgresql://rapport:secret-word@127.0.0.1:1/rapport"),
        ("RAPPORT_SECRET", &*secret),
        ("RAPPORT_KAFKA", "127.0.0.1:1"),
        ("RAPPORT_REDIS", "redis://127.0.0.1:1"),
    ];
    let missing = [
        ("web", "DATABASE_URL"),
        ("web", "RAPPORT_SECRET"),
        ("web", "RAPPORT_REDIS"),
        ("store", "DATABASE_URL"),
        ("store", "RAPPORT_KAFKA"),
        ("store", "RAPPORT_REDIS"),
        ("worker", "DATABASE_URL"),
        ("worker", "RAPPORT_SECRET"),
    ];
    alone(async |program| {
        for (role, name) in missing {
            let settings = all.iter().filter(|(setting, _)| *setting != name);
            let settings: BTreeMap<String, String> =
                settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let (succeeded, said) = output(&program, &[role, "--listen", "127.0.0.1:0"], &settings).await;
            assert!(!succeeded && !said.contains("ready"), "rapport {role} without {name}: {said}");
            assert!(said.contains(&format!("{name} must be set for `rapport {role}`")), "{said}");
            assert!(!said.contains("secret-word") && !said.contains(&*secret), "{said}");
        }
    });
}
