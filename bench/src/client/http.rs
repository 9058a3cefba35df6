//! The HTTP half of the protocol, for one signed-in person.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, anyhow};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, client::legacy::connect::HttpConnector, rt::TokioExecutor};
use model::{Code, Message, MessageId, Page, Room, RoomId, Sent, Seq, UserId, limits::PAGE_MAX};
use serde::de::DeserializeOwned;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A person's cookies and the way to the server. Clones share both.
#[derive(Clone)]
pub struct Http {
    /// What people open.
    origin: Arc<str>,
    /// Where requests go: there, or to one node behind it.
    base: Arc<str>,
    /// Where they seem to come from, to a node that trusts this machine as a proxy.
    from: Option<Arc<str>>,
    client: Client<HttpConnector, Full<Bytes>>,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// Why a call brought nothing.
#[derive(Debug)]
pub enum Refused {
    /// The server answered with an error.
    Answered(model::Error),
    /// No answer came: what was asked may have happened.
    Unknown(anyhow::Error),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answered(error) => write!(f, "{:?}: {error}", error.code),
            Self::Unknown(error) => write!(f, "{error:#}"),
        }
    }
}

impl Http {
    /// `origin`: such as `http://127.0.0.1:3000`.
    pub fn new(origin: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { origin: origin.into(), base: origin.into(), from: None, client, cookies: Arc::default() }
    }

    /// The same server for somebody else: connections are shared, cookies are not.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { cookies: Arc::default(), ..self.clone() }
    }

    /// The same person at one of the nodes behind the origin, such as `127.0.0.1:3001`.
    #[must_use]
    pub fn at(&self, node: &str) -> Self {
        Self { base: format!("http://{node}").into(), ..self.clone() }
    }

    /// The same person from another address, where proxies are trusted.
    #[must_use]
    pub fn from(&self, address: &str) -> Self {
        Self { from: Some(address.into()), ..self.clone() }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where requests go, as `host:port`.
    ///
    /// # Errors
    /// It is not plain http.
    pub fn host(&self) -> anyhow::Result<&str> {
        self.base.strip_prefix("http://").context("only plain http is spoken here")
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned());
    }

    /// The value of a `Cookie` header.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Takes over each cookie by its name, and keeps the others.
    pub fn take_cookies(&self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().ok().and_then(|line| line.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair {
                self.set_cookie(name.trim(), value.trim());
            }
        }
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T, Refused> {
        let target = format!("{}{path}?{}", self.base, encode(query));
        self.call(Request::builder().method(Method::GET).uri(target), Bytes::new()).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn post<T: DeserializeOwned>(&self, path: &str, form: &[(&str, String)]) -> Result<T, Refused> {
        let request = Request::builder().method(Method::POST).uri(format!("{}{path}", self.base));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.call(request, encode(form).into()).await
    }

    /// A page as text.
    ///
    /// # Errors
    /// It does not come.
    pub async fn text(&self, path: &str) -> anyhow::Result<String> {
        let request = Request::builder()
            .uri(format!("{}{path}", self.base))
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, self.cookies())
            .body(Full::new(Bytes::new()))?;
        let (status, bytes) = tokio::time::timeout(PATIENCE, self.exchange(request)).await??;
        anyhow::ensure!(status.is_success(), "status {status}");
        Ok(String::from_utf8(bytes.to_vec())?)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<T, Refused> {
        let request = match &self.from {
            Some(from) => request.header("x-forwarded-for", &**from),
            None => request,
        };
        let request = request
            .header(header::ORIGIN, self.origin())
            .header(header::ACCEPT, "application/json")
            .header(header::COOKIE, self.cookies())
            .body(Full::new(body))
            .context("a request that can be written")
            .map_err(Refused::Unknown)?;
        let answered = tokio::time::timeout(PATIENCE, self.exchange(request)).await;
        let (status, bytes) = answered
            .map_err(|_| Refused::Unknown(anyhow!("no answer in time")))?
            .map_err(Refused::Unknown)?;
        let text = || String::from_utf8_lossy(&bytes).chars().take(200).collect::<String>();
        if status.is_success() {
            return serde_json::from_slice(&bytes)
                .map_err(|error| Refused::Unknown(anyhow!("{error} in {}", text())));
        }
        match serde_json::from_slice(&bytes) {
            Ok(error) => Err(Refused::Answered(error)),
            Err(_) => Err(Refused::Unknown(anyhow!("status {status}: {}", text()))),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> anyhow::Result<(http::StatusCode, Bytes)> {
        let answer = self.client.request(request).await?;
        self.take_cookies(answer.headers());
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn send(&self, room: RoomId, id: MessageId, body: &str) -> Result<Sent, Refused> {
        let form = [("room", room.to_string()), ("id", id.to_string()), ("body", body.to_owned())];
        self.post("/api/messages/send", &form).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn open_room(&self, with: UserId) -> Result<Room, Refused> {
        self.post("/api/rooms/open", &[("with", with.to_string())]).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn leave(&self, room: RoomId) -> Result<(), Refused> {
        self.post("/api/rooms/leave", &[("room", room.to_string())]).await
    }

    /// Gives one's own message another text.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn edit(&self, room: RoomId, id: MessageId, body: &str) -> Result<Message, Refused> {
        let form = [("room", room.to_string()), ("id", id.to_string()), ("body", body.to_owned())];
        self.post("/api/messages/edit", &form).await
    }

    /// Deletes one's own message for everybody.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn delete(&self, room: RoomId, id: MessageId) -> Result<Message, Refused> {
        let form = [("room", room.to_string()), ("id", id.to_string())];
        self.post("/api/messages/delete", &form).await
    }

    /// Puts one's reaction on a message; `None` takes it back.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn react(&self, room: RoomId, id: MessageId, emoji: Option<&str>) -> Result<Message, Refused> {
        let mut form = vec![("room", room.to_string()), ("id", id.to_string())];
        form.extend(emoji.map(|emoji| ("emoji", emoji.to_owned())));
        self.post("/api/messages/react", &form).await
    }

    /// Makes a group.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn create(&self, room: RoomId, title: &str, people: &[UserId]) -> Result<Room, Refused> {
        let mut form = vec![("id", room.to_string()), ("title", title.to_owned())];
        form.extend(people.iter().map(|person| ("people[]", person.to_string())));
        self.post("/api/rooms/create", &form).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn block(&self, person: UserId) -> Result<(), Refused> {
        self.post("/api/people/block", &[("person", person.to_string())]).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn add(&self, room: RoomId, person: UserId) -> Result<(), Refused> {
        let form = [("room", room.to_string()), ("people[]", person.to_string())];
        self.post("/api/rooms/add", &form).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn remove(&self, room: RoomId, person: UserId) -> Result<(), Refused> {
        let form = [("room", room.to_string()), ("person", person.to_string())];
        self.post("/api/rooms/remove", &form).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn rename(&self, room: RoomId, title: &str) -> Result<(), Refused> {
        let form = [("room", room.to_string()), ("title", title.to_owned())];
        self.post("/api/rooms/rename", &form).await
    }

    /// # Errors
    /// See [`Refused`].
    pub async fn unblock(&self, person: UserId) -> Result<(), Refused> {
        self.post("/api/people/unblock", &[("person", person.to_string())]).await
    }

    /// The messages beside a number, at most [`PAGE_MAX`]; `side` is `before` or `after`. Waits where the server
    /// asks for that.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn page(&self, room: RoomId, side: &str, seq: Seq) -> Result<Page, Refused> {
        let query = [("room", room.to_string()), (side, seq.to_string()), ("limit", PAGE_MAX.to_string())];
        loop {
            match self.get("/api/messages/page", &query).await {
                Err(Refused::Answered(error)) if error.code == Code::RateLimited => {
                    tokio::time::sleep(Duration::from_millis(error.retry_after.unwrap_or(1_000).into()))
                        .await;
                }
                answer => return answer,
            }
        }
    }
}

fn encode(pairs: &[(&str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
