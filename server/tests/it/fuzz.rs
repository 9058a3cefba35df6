//! Whatever is sent: no panic, no 5xx, and nothing is changed by what means nothing.

use std::{
    panic,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use futures::SinkExt;
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use server::http::Patience;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{MaybeTlsStream, tungstenite::Message};

use crate::{
    request::{Answer, Request, exchange},
    world::{Device, Options, World},
};

/// Lines that were, or might be, trouble. One a line; `\xNN` and `\n` are bytes.
const FRAMES: &str = include_str!("corpus/frames.txt");
const QUERIES: &str = include_str!("corpus/queries.txt");
const HEADS: &str = include_str!("corpus/heads.txt");

const FORM: &str = "application/x-www-form-urlencoded";

/// The same cases at every run: a failure can be seen again.
fn cases<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn lines(corpus: &str) -> impl Iterator<Item = Vec<u8>> + '_ {
    corpus.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(bytes)
}

fn bytes(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some(place) = rest.find('\\') {
        bytes.extend(&rest.as_bytes()[..place]);
        let escape = &rest[place + 1..];
        let hex = escape.strip_prefix('x').and_then(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok());
        let (byte, length) = match (hex, escape.as_bytes().first()) {
            (Some(byte), _) => (byte, 4),
            (None, Some(b'r')) => (b'\r', 2),
            (None, Some(b'n')) => (b'\n', 2),
            _ => (b'\\', 1),
        };
        bytes.push(byte);
        rest = &rest[place + length..];
    }
    bytes.extend(rest.as_bytes());
    bytes
}

/// Values as they stand in a query or a form, mostly almost right.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..40),
        "[ -~]{0,40}".prop_map(String::into_bytes),
        "%[0-9a-fA-F]{2}(%[0-9a-fA-F]{2}){0,6}".prop_map(String::into_bytes),
        "-?[0-9]{1,30}(e[0-9]{1,4})?".prop_map(String::into_bytes),
        "0198c5a0-0000-7000-8000-0000000000[0-9a-g]{2}".prop_map(String::into_bytes),
        "\\PC{0,20}".prop_map(String::into_bytes),
    ]
}

fn form() -> impl Strategy<Value = Vec<u8>> {
    let names = "(room|id|change|emoji|body|with|login|password|code|registration|q|before|after|around|limit|theme|read|delivered|email|username|name|[a-z\\[\\]%&=]{1,6})";
    vec((names, value()), 0..6).prop_map(|pairs| {
        let pairs = pairs.into_iter().map(|(name, value)| [name.as_bytes(), b"=", &value].concat());
        pairs.collect::<Vec<_>>().join(&b'&')
    })
}

/// Bytes that can stand in a header's value.
fn header() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![0x20..=0x7e_u8, 0x80..=0xff_u8], 0..60)
}

/// Escapes what would end the request's line.
fn in_line(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'!'..=b'~' if *byte != b'#' => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Panics of the program, and not of a test. One in a connection's task ends that connection alone, so
/// that nothing else shows it.
static PANICS: LazyLock<Mutex<Vec<String>>> = LazyLock::new(|| {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if !place.contains("tests/it/") {
            PANICS.lock().unwrap().push(place);
        }
        usual(panic);
    }));
    Mutex::default()
});

/// A server whose panics are noticed.
async fn watched(options: Options) -> World {
    LazyLock::force(&PANICS);
    World::with(options).await
}

fn no_panic() {
    assert_eq!(*PANICS.lock().unwrap(), [""; 0]);
}

fn well(answer: &Answer, what: &str) {
    assert!((200..500).contains(&answer.status), "{what}: {answer:?}");
}

// Fails when a NUL in a search reaches the database (503), and when `arguments::check` reads a percent
// sign beyond the end (500).
#[tokio::test(flavor = "multi_thread")]
async fn random_arguments_change_nothing_and_are_never_our_fault() {
    let world = watched(Options::default()).await;
    let (ana, _, _) = world.pair().await;
    let before = world.digest().await;
    let mut calls: Vec<(String, String)> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, method)| (path.to_owned(), method.to_string()))
        .filter(|(path, _)| !path.ends_with("/sign_out") && !path.starts_with("/api/test/"))
        .collect();
    calls.sort();
    let mut forms = cases(&form(), 20);
    forms.extend(lines(QUERIES));
    for (path, method) in &calls {
        for (place, form) in forms.iter().enumerate() {
            // So that the limits are not all that is tried.
            world.backend.clock.advance(chrono::TimeDelta::milliseconds(500));
            let session = if place % 4 == 0 { None } else { Some(&ana) };
            let request = match method.as_str() {
                "GET" => Request::get(&format!("{path}?{}", in_line(form))),
                _ => Request::post(&world, path, form),
            };
            let request = match session {
                Some(session) => request.of(session),
                None => request,
            };
            well(&request.send(&world).await, &format!("{method} {path} {}", form.escape_ascii()));
        }
    }
    assert_eq!(world.digest().await, before);
    no_panic();
}

// Fails when a cookie, or a content type, is taken for text unasked.
#[tokio::test(flavor = "multi_thread")]
async fn random_headers_and_paths_change_nothing_and_are_never_our_fault() {
    let world = watched(Options::default()).await;
    let before = world.digest().await;
    for value in cases(&header(), 60) {
        for name in
            ["Cookie", "Content-Type", "Origin", "Accept", "Referer", "User-Agent", "X-Forwarded-For", "Host"]
        {
            // A call of ours but for that header: else the first check would be the only one.
            let write = Request::bare("/api/settings/theme", "theme=dark").with(name, &value);
            let write = [("Origin", world.origin()), ("Content-Type", FORM.to_owned())]
                .into_iter()
                .filter(|(other, _)| *other != name)
                .fold(write, |write, (name, value)| write.with(name, value));
            let requests = [
                Request::get("/sign-in").with(name, &value),
                Request::get("/api/rooms/list").with(name, &value),
                write,
            ];
            for request in requests {
                well(&request.send(&world).await, &format!("{name}: {}", value.escape_ascii()));
            }
        }
        let cookie =
            [b"theme=dark; dev-rapport-access=".as_slice(), &value, b"; dev-rapport-refresh=", &value]
                .concat();
        well(&Request::get("/chats").with("Cookie", cookie).send(&world).await, "cookies");
        well(&Request::get(&format!("/{}", in_line(&value))).send(&world).await, "a path");
        well(
            &Request::get(&format!("/chats/{}?__err={0}&__path={0}", in_line(&value))).send(&world).await,
            "a page",
        );
    }
    assert_eq!(world.digest().await, before);
    no_panic();
}

// Fails when `target::check` is left out of the router: `CONNECT` makes the framework panic.
#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_instead_of_a_request_are_refused() {
    // Some are the beginning of a request, whose rest is waited for.
    let moment = Duration::from_millis(200);
    let patience = Patience { first_head: moment, head: moment, body: moment, ..Patience::default() };
    let world = watched(Options { patience, ..Options::default() }).await;
    let mut heads = cases(&vec(any::<u8>(), 0..300), 100);
    heads.extend(lines(HEADS));
    for mut head in heads {
        head.extend(b"\r\n\r\n");
        let answer = exchange(&world, &head).await;
        assert!(answer.status < 500, "{}: {answer:?}", head.escape_ascii());
    }
    assert_eq!(Request::get("/healthz").send(&world).await.status, 200);
    no_panic();
}

/// Says a text on a connection that is caught up. Whatever it means, an answer or a close comes, and
/// the server goes on.
async fn say(world: &World, ana: &backend::sessions::NewSession, device: &mut Option<Device>, text: &str) {
    world.backend.clock.advance(chrono::TimeDelta::milliseconds(500));
    let mut open = match device.take() {
        Some(open) => open,
        None => world.device(ana).await,
    };
    if open.socket.send(Message::text(text)).await.is_err() {
        return;
    }
    // A frame with a known answer after it: if that comes, the connection stands.
    let _ = open.socket.send(Message::text(r#"{"type":"poll"}"#)).await;
    while let Some(frame) = open.last_words().await {
        if matches!(&frame, model::wire::ServerFrame::Error { error, .. } if error.message.contains("frames of this type"))
        {
            *device = Some(open);
            return;
        }
    }
}

// Fails when a text that begins like an object and is no JSON panics, and when `refuse` takes an id for
// granted: either ends the connection without a word.
#[tokio::test(flavor = "multi_thread")]
async fn random_frames_change_nothing_and_end_nobody_else() {
    let world = watched(Options::default()).await;
    let (ana, bo, room) = world.pair().await;
    let mut bo = world.device(&bo).await;
    let before = world.digest().await;
    let mut device = None;
    let json = "[{}\\[\\]\",:0-9eE.\\-]{0,60}|\\{\"type\":\"(send|edit|delete|react|fetch|mark|hello)\",\"[a-z]{2,5}\":[ -~]{0,30}\\}";
    let mut texts = cases(&json, 300);
    texts.extend(cases(&"\\PC{0,60}", 100));
    texts.extend(
        lines(FRAMES).map(|line| String::from_utf8(line).unwrap().replace("ROOM", &room.to_string())),
    );
    // Deep, long, huge.
    for open in ["[", "{\"a\":", "{\"type\":\"send\",\"body\":["] {
        texts.push(open.repeat(60_000 / open.len()));
    }
    texts.push(format!(r#"{{"type":"fetch","room":"{room}","after":{}}}"#, "9".repeat(60_000)));
    texts.push(format!(r#"{{"type":"{}"}}"#, "x".repeat(60_000)));
    texts.push(format!(
        r#"{{"type":"send","room":"{room}","id":"{room}","body":"{}"}}"#,
        "\\u0000".repeat(9_000)
    ));
    for text in texts {
        say(&world, &ana, &mut device, &text).await;
    }
    assert_eq!(world.digest().await, before);
    let id = bo.send(room, "still here").await;
    assert_eq!(bo.answer(id).await, Ok(1));
    no_panic();
}

// Fails when `text_of` panics at what cannot be read, and when a `Subscription` stays in the hub.
#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_on_a_socket_end_that_socket_alone() {
    let world = watched(Options::default()).await;
    let (ana, bo, room) = world.pair().await;
    let mut bo = world.device(&bo).await;
    for noise in cases(&vec(any::<u8>(), 1..200), 60) {
        let mut device = world.device(&ana).await;
        let MaybeTlsStream::Plain(stream) = device.socket.get_mut() else { panic!("no TLS here") };
        stream.write_all(&noise).await.unwrap();
        stream.shutdown().await.unwrap();
        while device.last_words().await.is_some() {}
    }
    world.until("all of them are gone", || world.backend.hub.sockets() == 1).await;
    let id = bo.send(room, "still here").await;
    assert_eq!(bo.answer(id).await, Ok(1));
    no_panic();
}
