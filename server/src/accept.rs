//! Connections: accepted one by one, each served on a task of its own.

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::{
    config::Proxies,
    connections::{ConnectionLimits, Connections, Counted, Permit, Turn},
    http::Patience,
};

/// Largest head of a request, in bytes; and what is kept of an answer that is not fetched.
const HEAD_BYTES: usize = 32 * 1024;
/// The pause when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(500);
/// What a client is told that has too many connections.
const REFUSAL: &str = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\n\
    Connection: close\r\nContent-Length: 94\r\n\r\n\
    {\"code\":\"rate_limited\",\"message\":\"Too many connections from your address.\",\"retry_after\":1000}";

/// How connections are taken.
pub(crate) struct Accepting {
    pub(crate) limits: ConnectionLimits,
    pub(crate) patience: Patience,
    /// Not limited by their address: they bring the requests of everybody.
    pub(crate) proxies: Proxies,
}

/// Serves until `stop`. Returns those connections that still have an answer to give; they take no
/// further request.
pub(crate) async fn accept(
    listener: TcpListener,
    accepting: Accepting,
    router: Router,
    stop: CancellationToken,
) -> TaskTracker {
    let tasks = TaskTracker::new();
    let connections = Connections::new(accepting.limits);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let address = Some(peer.ip()).filter(|address| !accepting.proxies.believe(*address));
                match connections.admit(address) {
                    Some(permit) => {
                        let connection = Connection { stream, peer, permit: Arc::new(permit) };
                        let (patience, router, stop) = (accepting.patience, router.clone(), stop.clone());
                        tasks.spawn(serve(connection, patience, router, stop));
                    }
                    None => refuse(stream),
                }
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    tasks.close();
    tasks
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    permit: Arc<Permit>,
}

async fn serve(connection: Connection, patience: Patience, router: Router, stop: CancellationToken) {
    let Connection { stream, peer, permit } = connection;
    // A message is smaller than a packet: waiting for more to send would only delay it.
    let _ = stream.set_nodelay(true);
    let counted = permit.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let turn = Turn::begin(counted.clone());
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request.map(Body::new));
        async move { answer.await.map(|answer| turn.ends_with(answer)) }
    });
    let stream = Counted::new(stream, permit.clone());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // What ends badly here is the client's doing: there is nobody left to tell.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = permit.evicted() => return,
        () = no_request(&permit, patience.first_head) => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ = connection => {}
        () = permit.evicted() => {}
    }
}

/// Returns if no whole head has come by then.
async fn no_request(permit: &Permit, patience: Duration) {
    tokio::time::sleep(patience).await;
    if permit.has_begun() {
        std::future::pending().await
    }
}

/// Says why, as far as that can be done at once: whoever has too many connections is not waited for.
fn refuse(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(REFUSAL.as_bytes());
    }
}

/// The client left before it was accepted.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_an_answer_with_an_error() {
        let (head, body) = REFUSAL.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{}", body.len());
        let error: model::Error = serde_json::from_str(body).unwrap();
        assert_eq!((error.code, error.retry_after), (model::Code::RateLimited, Some(1_000)));
    }
}
