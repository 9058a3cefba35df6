//! Requests written by hand, so that they can be wrong.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::world::World;

/// Long enough for anything that is going to happen.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Request {
    line: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    /// 0: the connection ended without one.
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self { line: format!("GET {path}"), headers: Vec::new(), body: Vec::new() }
    }

    /// A call as our own pages make it.
    pub(crate) fn post(world: &World, path: &str, form: impl AsRef<[u8]>) -> Self {
        Self::bare(path, form)
            .with("Origin", world.origin())
            .with("Content-Type", "application/x-www-form-urlencoded")
    }

    /// A POST without any header.
    pub(crate) fn bare(path: &str, body: impl AsRef<[u8]>) -> Self {
        Self { line: format!("POST {path}"), headers: Vec::new(), body: body.as_ref().to_vec() }
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// With the cookie of a session.
    pub(crate) fn of(self, session: &backend::sessions::NewSession) -> Self {
        self.with("Cookie", format!("dev-rapport-access={}", session.access))
    }

    pub(crate) async fn send(self, world: &World) -> Answer {
        let mut bytes = format!("{} HTTP/1.1\r\nConnection: close\r\n", self.line).into_bytes();
        let given = |wanted: &str| self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if !given("Host") {
            bytes.extend(format!("Host: {}\r\n", world.address).as_bytes());
        }
        if self.line.starts_with("POST") {
            bytes.extend(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        exchange(world, &bytes).await
    }
}

impl Answer {
    /// The code of an error.
    pub(crate) fn code(&self) -> Option<String> {
        let error: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        error["code"].as_str().map(str::to_owned)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }
}

/// Sends bytes, and reads until the server closes.
pub(crate) async fn exchange(world: &World, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(bytes).await;
    rest(&mut stream).await
}

/// What the server still says on a connection, until it closes.
pub(crate) async fn rest(stream: &mut TcpStream) -> Answer {
    let mut answer = Vec::new();
    let mut read = async || {
        let mut chunk = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut chunk).await {
            answer.extend(&chunk[..length]);
        }
    };
    timeout(PATIENCE, read()).await.expect("the server ends the connection");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
