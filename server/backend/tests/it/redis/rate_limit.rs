//! Limits counted in Redis.

use std::time::{Duration, Instant};

use backend::{
    clock::Clock,
    rate_limit::{Limit, RateLimit},
    redis::{Link, Settings},
};
use chrono::DateTime;
use futures::future::join_all;
use model::{Code, UserId};
use testing::{RedisServer, redis};

use super::{connection, until};
use crate::contracts::{contract, rate_limit::Bench};

fn bench(settings: Settings) -> Bench {
    let clock = Clock::manual(DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000));
    Bench { limits: RateLimit::redis(Link::open(settings), clock.clone()), clock }
}

async fn in_redis() -> Bench {
    bench(redis())
}

contract!(rate_limit, in_redis:
    a_burst_passes_and_then_one_for_each_period,
    keys_and_limits_are_apart,
    one_network_is_one_address,
    a_try_given_back_does_not_count,
    a_clock_set_back_refuses_nobody_for_long,
);

/// Fails when the script's reading and writing are two commands.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_count_together_however_many_ask_at_once() {
    let settings = redis();
    let nodes = [(); 3].map(|()| bench(settings.clone()));
    let key = UserId::new();
    let tries = nodes.iter().cycle().take(600).map(|node| node.limits.check(Limit::Send, key));
    let passed = join_all(tries).await.iter().filter(|passed| passed.is_ok()).count();
    assert_eq!(passed, Limit::Send.burst() as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn works_in_a_cluster_and_leaves_nothing_for_ever() {
    let server = RedisServer::start_cluster();
    let bench = bench(server.settings());
    for limit in Limit::ALL {
        assert_eq!(bench.passing(limit, UserId::new(), 3).await, limit.burst().min(3));
    }
    let mut redis = connection(&server.url()).await;
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    assert_eq!(keys.len(), Limit::ALL.len());
    let longest = Limit::ALL.iter().map(|limit| limit.every().as_millis() as i64).max().unwrap();
    for key in keys {
        let left: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut redis).await.unwrap();
        // Three of a burst, and the slack.
        assert!((1..=3 * longest + 60_000).contains(&left), "{key}: {left}");
    }
}

async fn is_documented_as_away(bench: &Bench) {
    let key = UserId::new();
    for limit in Limit::ALL {
        let asked = Instant::now();
        let checked = bench.limits.check(limit, key).await;
        let wait = bench.limits.wait(limit, key).await;
        bench.limits.give_back(limit, key).await;
        match limit.fails_closed() {
            true => {
                assert_eq!(checked.expect_err("fails closed").code, Code::Unavailable, "{limit:?}");
                assert!(wait.is_some(), "{limit:?}");
            }
            false => {
                assert_eq!(checked, Ok(()), "{limit:?}");
                assert_eq!(wait, None, "{limit:?}");
            }
        }
        assert!(asked.elapsed() < Duration::from_millis(100), "at once: {:?}", asked.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_sign_in_is_refused_and_the_rest_passes() {
    let mut server = RedisServer::start(&[]);
    let bench = bench(server.settings());
    let key = UserId::new();
    assert_eq!(bench.passing(Limit::SignInAccount, key, 100).await, Limit::SignInAccount.burst());
    server.kill();
    until("it is noticed", async || bench.limits.check(Limit::MailTo, key).await.is_err()).await;
    is_documented_as_away(&bench).await;
    server.restart();
    until("it counts again", async || bench.limits.check(Limit::SignInAccount, key).await.is_ok()).await;
    let rest = Limit::SignInAccount.burst() - 1;
    assert_eq!(bench.passing(Limit::SignInAccount, key, 100).await, rest, "anew, since it had forgotten");
    assert_eq!(bench.passing(Limit::Send, key, 1_000).await, Limit::Send.burst());
}

/// Fails when a question has no deadline (it then hangs), or when nobody remembers the last failure
/// (everybody then waits for one of their own).
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_answers_nothing_costs_one_short_wait() {
    let server = RedisServer::start(&[]);
    let bench = bench(server.settings());
    assert_eq!(bench.passing(Limit::Send, UserId::new(), 1).await, 1);
    server.freeze();
    let asked = Instant::now();
    assert_eq!(bench.passing(Limit::Send, UserId::new(), 1).await, 1);
    let took = asked.elapsed();
    assert!(Duration::from_millis(100) < took && took < Duration::from_millis(600), "{took:?}");
    is_documented_as_away(&bench).await;
    server.thaw();
    let key = UserId::new();
    until("it counts again", async || bench.limits.check(Limit::Register, key).await.is_ok()).await;
}
