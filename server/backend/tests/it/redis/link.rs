//! What is said about a Redis that can or cannot be used.

use std::net::TcpListener;

use backend::redis::{Link, Settings};
use testing::RedisServer;

use super::until;

async fn probe(url: &str) -> Result<String, String> {
    Settings::parse(url).expect(url).probe().await.map_err(|error| format!("{error:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_one_tells_its_version() {
    let server = RedisServer::start(&[]);
    let found = probe(&server.url()).await.unwrap();
    assert!(found.starts_with("Redis ") && found.contains(" at 127.0.0.1:"), "{found}");
    let cluster = RedisServer::start_cluster();
    assert!(probe(&cluster.url()).await.is_ok());
    let link = Link::open(server.settings());
    until("it is connected", async || link.is_connected()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_used_and_never_told() {
    let server = RedisServer::start(&["--requirepass", "hush-hush"]);
    let address = server.url().replace("redis://", "");
    assert!(probe(&format!("redis://:hush-hush@{address}")).await.is_ok());
    for login in ["", ":wrong-hush@", "nobody:hush-hush@"] {
        let refused = probe(&format!("redis://{login}{address}")).await.unwrap_err();
        assert!(!refused.contains("hush"), "{refused}");
    }
}

/// Fails when shards are not counted: every second name would then be refused by the one asked.
#[tokio::test(flavor = "multi_thread")]
async fn one_shard_of_several_is_refused() {
    let shards = RedisServer::start_two_shards();
    let refused = probe(&shards[0].url()).await.unwrap_err();
    assert_eq!(refused, "it is a cluster of 2 shards; one of one shard is needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_answer_is_told_so_soon() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    // With TLS too: a process without a way to encrypt would panic here.
    for scheme in ["redis", "rediss"] {
        assert!(probe(&format!("{scheme}://{address}")).await.is_err());
    }
    drop(silent);
    assert!(probe(&format!("redis://{address}")).await.is_err());
}
