//! Clients that send one byte now and then: they are not waited for, and hold nothing.

use std::time::Duration;

use server::http::Patience;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    request::{Request, rest},
    world::{Options, World},
};

async fn impatient() -> World {
    let moment = Duration::from_millis(300);
    let patience = Patience { first_head: moment, head: moment, body: moment, ..Patience::default() };
    World::with(Options { patience, ..Options::default() }).await
}

/// Sends bytes one at a time until the server has had enough; how many it took.
async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> usize {
    for (sent, byte) in bytes.iter().enumerate() {
        if stream.write_all(&[*byte]).await.is_err() {
            return sent;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bytes.len()
}

// Fails when `accept` sets no `header_read_timeout` (hyper's own, of 30 s, is then too long for this
// test), or no timer.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_comes_byte_by_byte_ends_the_connection() {
    let world = impatient().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(4_000));
    let took = drip(&mut stream, head.as_bytes()).await;
    assert!(took < head.len(), "{took} bytes");
    let mut silent = TcpStream::connect(world.address).await.unwrap();
    assert!(matches!(rest(&mut silent).await.status, 0 | 408), "who says nothing is not waited for either");
    assert_eq!(Request::get("/healthz").send(&world).await.status, 200);
}

// Fails when `arguments::whole` has no timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_byte_by_byte_ends_the_request() {
    let world = impatient().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /api/accounts/sign_in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\n",
        world.origin()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let dripping = tokio::spawn(async move {
        for _ in 0..4_000 {
            if write.write_all(b"x").await.is_err() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    });
    let mut answer = [0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut read, &mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    drop(read);
    assert!(dripping.await.unwrap(), "the connection ends before the body does");
}

// Fails when `accept` waits for connections that are kept but unused, or does not wait for answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_answers_and_for_nobody_idle() {
    let world = World::start().await;
    let mut idle = TcpStream::connect(world.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 15];
    tokio::io::AsyncReadExt::read_exact(&mut idle, &mut first).await.unwrap();
    world.shut_down().await;
    rest(&mut idle).await;
}
