//! The HTTP side, byte by byte.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    request::Request,
    world::{Options, World},
};

/// Status and whole answer of one request.
async fn ask(world: &World, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{head}\r\nHost: {}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
        world.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

// Fails when `origin::check` is left out of the router.
#[tokio::test(flavor = "multi_thread")]
async fn row_28_every_call_that_changes_something_asks_for_our_origin() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let cookie = format!("Cookie: dev-rapport-access={}", ana.access);
    for path in server_fn_posts() {
        for origin in ["", "Origin: null\r\n", "Origin: http://evil.example\r\n"] {
            let head = format!("POST {path} HTTP/1.1\r\n{origin}{cookie}\r\n{FORM}");
            let (status, answer) = ask(&world, &head, "").await;
            assert_eq!(status, 403, "{path} {origin:?}");
            assert!(answer.contains(r#""code":"forbidden""#), "{answer}");
        }
    }
}

/// From the registry itself, so that a new call is covered the day it is written.
pub(crate) fn server_fn_posts() -> Vec<String> {
    let paths = leptos::server_fn::axum::server_fn_paths();
    let posts: Vec<String> =
        paths.filter(|(_, method)| method == "POST").map(|(path, _)| path.to_owned()).collect();
    assert!(posts.len() >= 6, "the calls are registered: {posts:?}");
    posts
}

/// Whatever asks: a browser, a program that takes anything, a preview of links.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_leads_elsewhere_says_so_by_its_status() {
    let world = World::start().await;
    for accept in ["text/html", "*/*", "image/png"] {
        for path in ["/", "/chats", "/settings"] {
            let answer = Request::get(path).with("Accept", accept).send(&world).await;
            assert_eq!(answer.status, 302, "{path} {accept}: {answer:?}");
            assert!(answer.header("location").is_some_and(|to| to.starts_with('/')), "{path} {accept}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_json_with_a_code_and_a_status() {
    let world = World::start().await;
    for method in ["PUT", "DELETE", "PATCH"] {
        let origin = world.origin();
        for path in ["/api/messages/send", "/api/accounts/me"] {
            let (status, _) = ask(&world, &format!("{method} {path} HTTP/1.1\r\nOrigin: {origin}"), "").await;
            assert_eq!(status, 405, "{method} {path}");
        }
    }
    for path in ["/api/rooms/list", "/api/messages/page"] {
        let head = format!("POST {path} HTTP/1.1\r\nOrigin: {}\r\nContent-Type: text/plain", world.origin());
        assert_eq!(ask(&world, &head, "x").await.0, 405, "{path}");
    }
    let (status, answer) = ask(&world, "GET /api/rooms/list HTTP/1.1", "").await;
    assert_eq!(status, 401);
    assert!(answer.ends_with(r#"{"code":"signed_out","message":"Please sign in."}"#), "{answer}");
    let head = format!("POST /api/accounts/sign_in HTTP/1.1\r\nOrigin: {}\r\n{FORM}", world.origin());
    let (status, answer) = ask(&world, &head, "login=nobody&password=wrong+password").await;
    assert_eq!(status, 401);
    assert!(answer.contains(r#""code":"wrong_credentials""#), "{answer}");
    let (status, answer) = ask(&world, &head, "login=nobody").await;
    assert_eq!(status, 400);
    assert!(answer.contains(r#""code":"malformed""#), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_travel_over_http_too() {
    let world = World::start().await;
    let (ana, bo, room) = world.pair().await;
    let mut bo = world.device(&bo).await;
    let cookie = format!("Cookie: dev-rapport-access={}", ana.access);
    let head =
        format!("POST /api/messages/send HTTP/1.1\r\nOrigin: {}\r\n{cookie}\r\n{FORM}", world.origin());
    let body = format!("room={room}&id={}&body=by+post", model::MessageId::new());
    let (status, first) = ask(&world, &head, &body).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(bo.live().await, (1, "by post".into()));
    let (_, second) = ask(&world, &head, &body).await;
    let answer = |text: &str| text.rsplit("\r\n\r\n").next().unwrap().to_owned();
    assert_eq!(answer(&first), answer(&second), "the same id, the same answer");
    let (status, page) =
        ask(&world, &format!("GET /api/messages/page?room={room} HTTP/1.1\r\n{cookie}"), "").await;
    assert_eq!(status, 200);
    assert!(page.contains(r#""body":"by post""#), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_can_look_after_it() {
    let world = World::start().await;
    assert_eq!(ask(&world, "GET /healthz HTTP/1.1", "").await.0, 200);
    assert_eq!(ask(&world, "GET /readyz HTTP/1.1", "").await.0, 200);
    assert_eq!(ask(&world, "GET /metrics HTTP/1.1", "").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_guarding_headers() {
    let world = World::start().await;
    for path in ["/sign-in", "/healthz", "/api/rooms/list", "/no-such-page"] {
        let (_, answer) = ask(&world, &format!("GET {path} HTTP/1.1\r\nAccept: text/html"), "").await;
        let answer = answer.to_lowercase();
        for header in [
            "x-content-type-options: nosniff",
            "content-security-policy: ",
            "x-frame-options: deny",
            "permissions-policy: ",
        ] {
            assert!(answer.contains(header), "{path} lacks {header}: {answer}");
        }
        assert!(!answer.contains("strict-transport-security"), "{path}: this machine has no https");
    }
}

// Fails when `security::layer` does not look at the origin.
#[tokio::test(flavor = "multi_thread")]
async fn a_site_over_https_is_asked_for_over_https_only() {
    let origin = Some("https://chat.example.org".to_owned());
    let world = World::with(Options { origin, ..Options::default() }).await;
    for path in ["/", "/sign-in", "/healthz", "/api/rooms/list", "/no-such-page", "/favicon.svg"] {
        let answer = Request::get(path).send(&world).await;
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=63072000"), "{path}");
    }
}

/// As buttons without scripts do it.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_blocks_is_sent_on_and_one_that_unblocks_goes_back() {
    let world = World::start().await;
    let (ana, bo, _) = world.pair().await;
    let person = format!("person={}", ana.who.user());
    let post = |path, accept: &'static str| {
        Request::post(&world, path, person.clone()).with("Accept", accept).of(&bo)
    };
    for (path, page) in [("/api/people/block", "/chats"), ("/api/people/unblock", "/settings")] {
        let answer = post(path, "text/html").send(&world).await;
        assert_eq!((answer.status, answer.header("location")), (302, Some(page)));
        let answer = post(path, "application/json").send(&world).await;
        assert_eq!((answer.status, &*answer.body), (200, "null"));
    }
    world.backend.block(&bo.who, ana.who.user()).await.unwrap();
    let blocked = Request::get("/api/people/blocked").of(&bo).send(&world).await;
    assert!(blocked.body.contains(&ana.who.user().to_string()), "{blocked:?}");
}
