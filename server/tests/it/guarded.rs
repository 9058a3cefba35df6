//! What is for this machine alone, and whom it believes about who asks.

use server::config::Figures;

use crate::{
    request::{Request, exchange},
    world::{Options, World},
};

const THROUGH_A_PROXY: [(&str, &str); 5] = [
    ("X-Forwarded-For", "198.51.100.1"),
    ("X-Forwarded-Proto", "https"),
    ("X-Real-IP", "198.51.100.1"),
    ("Forwarded", "for=198.51.100.1"),
    ("Via", "1.1 proxy"),
];

// Fails when `metrics::guard` is left out of the router, and when it does not look at the host asked for.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_unless_they_are_open() {
    let world = World::start().await;
    assert_eq!(Request::get("/metrics").send(&world).await.status, 200);
    for (name, value) in THROUGH_A_PROXY {
        assert_eq!(Request::get("/metrics").with(name, value).send(&world).await.status, 404, "{name}");
    }
    // A page whose name was made to point here.
    for host in ["rebound.example", "chat.example.org:3000", "192.168.1.7"] {
        assert_eq!(Request::get("/metrics").with("Host", host).send(&world).await.status, 404, "{host}");
    }
    for host in ["localhost:3000", "[::1]:3000"] {
        assert_eq!(Request::get("/metrics").with("Host", host).send(&world).await.status, 200, "{host}");
    }
    let open = World::with(Options { figures: Figures::Open, ..Options::default() }).await;
    let forwarded = Request::get("/metrics").with("X-Forwarded-For", "198.51.100.1");
    assert_eq!(forwarded.send(&open).await.status, 200);
}

// Fails when `target::check` lets what says its host or origin twice pass.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_or_an_origin_is_said_once() {
    let world = World::start().await;
    let host = world.origin().trim_start_matches("http://").to_owned();
    for (line, headers) in [
        ("GET /healthz", vec![("Host", format!("evil.example@{host}"))]),
        ("GET /healthz", vec![("Host", host.clone()), ("Host", "evil.example".to_owned())]),
        ("GET http://evil.example/healthz", vec![("Host", host.clone())]),
        (
            "POST /api/rooms/open",
            vec![("Host", host.clone()), ("Origin", world.origin()), ("Origin", "null".to_owned())],
        ),
    ] {
        let fields: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!("{line} HTTP/1.1\r\n{fields}Connection: close\r\nContent-Length: 0\r\n\r\n");
        let answer = exchange(&world, request.as_bytes()).await;
        assert_eq!(answer.status, 400, "{line} {headers:?}: {answer:?}");
    }
}

// Fails when `mailbox::guard` is left out of the router.
#[tokio::test(flavor = "multi_thread")]
async fn mail_is_never_shown_through_a_proxy_or_under_a_foreign_name() {
    let world = World::start().await;
    for path in ["/dev/mail", "/dev/mail.json"] {
        assert_eq!(Request::get(path).send(&world).await.status, 200);
        for (name, value) in THROUGH_A_PROXY {
            assert_eq!(Request::get(path).with(name, value).send(&world).await.status, 404, "{name}");
        }
        for host in ["rebound.example", "chat.example.org:3000", "192.168.1.7"] {
            assert_eq!(Request::get(path).with("Host", host).send(&world).await.status, 404, "{host}");
        }
    }
}

// Fails when `peer::client` answers with the peer (the second address is limited with the first), and
// the second half when it believes everybody (the forger is never limited).
#[tokio::test(flavor = "multi_thread")]
async fn limits_count_by_the_address_a_proxy_of_ours_saw() {
    let proxies = "127.0.0.1".to_owned();
    let behind = World::with(Options { proxies: Some(proxies), ..Options::default() }).await;
    let limited = async |world: &World, address: &str| {
        let ask = Request::get("/api/accounts/username?username=somebody");
        ask.with("X-Forwarded-For", address).send(world).await.status == 429
    };
    let mut tries = 0;
    while !limited(&behind, "6.6.6.6, 198.51.100.1").await {
        tries += 1;
        assert!(tries < 100, "one address is limited");
    }
    assert!(limited(&behind, "7.7.7.7, 198.51.100.1").await, "what the client wrote itself is not read");
    assert!(!limited(&behind, "198.51.100.2").await, "another address is not");

    let bare = World::start().await;
    let mut tries = 0;
    while !limited(&bare, &format!("198.51.100.{tries}")).await {
        tries += 1;
        assert!(tries < 100, "a forged header is ignored");
    }
}
