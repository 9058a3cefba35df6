//! Connections: how many one address may have, and how they end.

use std::time::Duration;

use server::{connections::ConnectionLimits, http::Patience};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    request::{Answer, Request, rest},
    world::{Options, World},
};

const HEAD: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
/// Long enough for anything that is going to happen.
const PATIENCE: Duration = Duration::from_secs(10);

async fn limited(per_address: usize, proxies: Option<&str>) -> World {
    let connections = Some(ConnectionLimits { total: 100, per_address });
    World::with(Options { connections, proxies: proxies.map(str::to_owned), ..Options::default() }).await
}

/// Connections that have sent a part of a head.
async fn unfinished(world: &World, number: usize) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..number {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(HEAD).await.unwrap();
        streams.push(stream);
    }
    streams
}

/// Whether the server ends the connection without an answer.
async fn ends(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    !matches!(timeout(PATIENCE, stream.read(&mut byte)).await.expect("it ends in time"), Ok(1..))
}

async fn finish(stream: &mut TcpStream) -> Answer {
    stream.write_all(b"Connection: close\r\n\r\n").await.unwrap();
    rest(stream).await
}

// Fails when `Table::admit` evicts nobody: 8 heads keep everybody else of the address out.
#[tokio::test(flavor = "multi_thread")]
async fn unfinished_heads_give_way_to_requests() {
    let world = limited(8, None).await;
    let mut streams = unfinished(&world, 30).await;
    for _ in 0..3 {
        assert_eq!(Request::get("/healthz").send(&world).await.status, 200);
    }
    for stream in streams.drain(..22) {
        let mut stream = stream;
        assert!(ends(&mut stream).await);
    }
    // The newest are still waited for.
    assert_eq!(finish(&mut streams.pop().unwrap()).await.status, 200);
}

// Fails when `Table::admit` looks at no address, and the last line when a socket's place is not given back.
#[tokio::test(flavor = "multi_thread")]
async fn sockets_of_one_address_are_bounded() {
    let world = limited(3, None).await;
    let ana = world.person("ana").await;
    let mut devices = Vec::new();
    for _ in 0..3 {
        devices.push(world.device(&ana).await);
    }
    let refused = Request::get("/healthz").send(&world).await;
    assert_eq!((refused.status, refused.code().as_deref()), (429, Some("rate_limited")));
    drop(devices.pop());
    let again = async {
        while Request::get("/healthz").send(&world).await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, again).await.expect("the place of a socket that ended is free");
}

// Fails when a connection that has answered does not wait again: kept connections keep others out.
#[tokio::test(flavor = "multi_thread")]
async fn kept_connections_give_way_as_well() {
    let world = limited(3, None).await;
    let mut kept = unfinished(&world, 3).await;
    for stream in &mut kept {
        stream.write_all(b"\r\n").await.unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
    let asked = async {
        while Request::get("/healthz").send(&world).await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asked).await.expect("one that is kept gives way");
}

// Fails when proxies are limited like everybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_ours_is_not_limited() {
    let world = limited(3, Some("127.0.0.1")).await;
    let mut streams = unfinished(&world, 20).await;
    assert_eq!(Request::get("/healthz").send(&world).await.status, 200);
    for stream in &mut streams {
        assert_eq!(finish(stream).await.status, 200);
    }
}

// Fails when `serve` does not ask `no_request`, and its second half when that looks at no request.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_head_is_waited_for_shortly_and_a_later_one_longer() {
    let patience = Patience { first_head: Duration::from_millis(200), ..Patience::default() };
    let world = World::with(Options { patience, ..Options::default() }).await;
    let mut kept = unfinished(&world, 1).await.pop().unwrap();
    kept.write_all(b"\r\n").await.unwrap();
    let mut silent = TcpStream::connect(world.address).await.unwrap();
    let mut slow = unfinished(&world, 1).await.pop().unwrap();
    assert!(ends(&mut silent).await && ends(&mut slow).await);
    kept.write_all(HEAD).await.unwrap();
    let answers = finish(&mut kept).await;
    assert_eq!((answers.status, answers.body.matches("200 OK").count()), (200, 1));
}

/// As a client sends that reads nothing before it has sent everything. Fails when a dropped `Counted` does not
/// linger: sending fails, or the answer is lost.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_large_body_arrives() {
    let world = World::start().await;
    let body = vec![b'x'; 1 << 20];
    let chunked = [b"100000\r\n", body.as_slice(), b"\r\n0\r\n\r\n"].concat();
    let length = format!("Content-Length: {}", body.len());
    let own = format!("Origin: {}", world.origin());
    let form = "Content-Type: application/x-www-form-urlencoded";
    for (path, headers, body, status) in [
        ("/api/accounts/sign_in", [length.as_str(), &own, form], &body, 413),
        ("/api/accounts/sign_in", ["Transfer-Encoding: chunked", &own, form], &chunked, 413),
        ("/api/accounts/sign_in", [length.as_str(), "Origin: http://evil.example", form], &body, 413),
        ("/api/accounts/sign_in", ["Transfer-Encoding: chunked", "Origin: null", form], &chunked, 403),
        ("/no-such-page", ["Transfer-Encoding: chunked", &own, form], &chunked, 404),
    ] {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {}\r\n{}\r\n\r\n", world.address, headers.join("\r\n"));
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.expect("it is taken to its end");
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().expect("it is not reset");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path} {headers:?}: {answer}");
    }
}
