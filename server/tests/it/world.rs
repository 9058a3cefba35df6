//! A server of one test's own, and a client that speaks the protocol by hand.

use std::{net::SocketAddr, time::Duration};

use backend::{
    SignedIn,
    sessions::{Cookies, NewSession},
};
use futures::{SinkExt, StreamExt};
use leptos::config::LeptosOptions;
use model::{
    MessageId, Rev, RoomId,
    wire::{ClientFrame, Position, ServerFrame},
};
use server::{
    config::{Figures, Proxies},
    connections::ConnectionLimits,
    descriptors::Descriptors,
    http::{Metrics, Patience, Site, Web},
    serve::{Besides, serve},
};
use testing::{self, TestBackend};
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, http::Request},
};
use tokio_util::sync::CancellationToken;

/// Long enough for anything that is going to happen.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct World {
    pub(crate) backend: TestBackend,
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<anyhow::Result<()>>,
}

/// What differs from the usual server.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) figures: Figures,
    /// Without: the address that is listened on.
    pub(crate) origin: Option<String>,
    pub(crate) proxies: Option<String>,
    pub(crate) patience: Patience,
    /// The folder of the site's files.
    pub(crate) files: Option<String>,
    pub(crate) connections: Option<ConnectionLimits>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let files = options.files.unwrap_or_else(|| "../public".to_owned());
        let backend = TestBackend::start().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let site = Site {
            origins: [options.origin.unwrap_or_else(|| format!("http://{address}"))].into(),
            cookies: Cookies::Development,
            development: true,
            figures: options.figures,
            proxies: options.proxies.map(|text| Proxies::parse(&text).unwrap()).unwrap_or_default(),
        };
        let web = Web {
            backend: (*backend).clone(),
            leptos: LeptosOptions::builder().output_name("rapport").site_root(files).build(),
            site,
            metrics: Metrics::detached(),
            readiness: Default::default(),
            patience: options.patience,
            connections: options
                .connections
                .unwrap_or_else(|| ConnectionLimits::new(Descriptors::raise(), None)),
        };
        let stop = CancellationToken::new();
        let besides = Besides { works: true, stores: None };
        let serving = tokio::spawn(serve(listener, web, besides, stop.clone()));
        Self { backend, address, stop, serving }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) async fn shut_down(self) -> TestBackend {
        self.stop.cancel();
        timeout(PATIENCE, self.serving).await.expect("drained in time").unwrap().unwrap();
        self.backend
    }

    /// A person with an account, and a session of theirs.
    pub(crate) async fn person(&self, username: &str) -> NewSession {
        let who = self.backend.person(username).await;
        self.backend.session(who.user()).await
    }

    /// The code in the first mail to arrive.
    pub(crate) async fn code(&self) -> String {
        let mail = async {
            loop {
                if let Some(mail) = self.backend.mailer.mailbox(1).await.unwrap().pop() {
                    return mail;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let text = timeout(PATIENCE, mail).await.expect("the worker sends it").text;
        let is_code = |word: &&str| word.len() == 6 && word.chars().all(|c| c.is_ascii_digit());
        text.split_whitespace().find(is_code).expect("the mail holds a code").to_owned()
    }

    /// Runs a statement that no use case has.
    pub(crate) async fn sql(&self, statement: &str) {
        testing::run(&self.backend, statement).await;
    }

    /// All that people made, in one line for each table.
    pub(crate) async fn digest(&self) -> Vec<String> {
        testing::digest(&self.backend).await
    }

    /// A room of many, each with a session; the first is its admin.
    pub(crate) async fn group(&self, size: usize) -> (Vec<NewSession>, RoomId) {
        let room = RoomId::new();
        self.sql(&format!(
            "INSERT INTO rooms (id, kind, title, created_at) VALUES ('{room}', 'group', 'All', now())"
        ))
        .await;
        let mut sessions = Vec::new();
        for n in 0..size {
            let session = self.person(&format!("person{n}")).await;
            let user = session.who.user();
            let role = if n == 0 { "admin" } else { "member" };
            self.sql(&format!(
                "INSERT INTO memberships (room_id, user_id, joined_at, role) VALUES ('{room}', '{user}', now(), '{role}')"
            ))
            .await;
            sessions.push(session);
        }
        (sessions, room)
    }

    /// Waits until `condition` holds.
    pub(crate) async fn until(&self, what: &str, mut condition: impl FnMut() -> bool) {
        let wait = async {
            while !condition() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, wait).await.expect(what);
    }

    /// Two people and their chat.
    pub(crate) async fn pair(&self) -> (NewSession, NewSession, RoomId) {
        let (ana, bo, room) = self.backend.pair().await;
        (self.backend.session(ana.user()).await, self.backend.session(bo.user()).await, room)
    }

    /// An upgrade request as a browser sends it.
    pub(crate) fn upgrade(&self, session: &NewSession) -> Request<()> {
        let mut request = format!("ws://{}/socket", self.address).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", self.origin().parse().unwrap());
        headers.insert("cookie", format!("dev-rapport-access={}", session.access).parse().unwrap());
        request
    }

    /// A device that has connected but said nothing.
    pub(crate) async fn dial(&self, session: &NewSession) -> Device {
        let (socket, _) = connect_async(self.upgrade(session)).await.unwrap();
        Device { socket, who: session.who }
    }

    /// A device that is caught up from nothing.
    pub(crate) async fn device(&self, session: &NewSession) -> Device {
        let mut device = self.dial(session).await;
        device.catch_up(&[]).await;
        device
    }
}

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One socket.
pub(crate) struct Device {
    pub(crate) socket: Socket,
    pub(crate) who: SignedIn,
}

impl Device {
    pub(crate) async fn say(&mut self, frame: &ClientFrame) {
        self.text(&frame.encode()).await;
    }

    pub(crate) async fn text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next frame of the protocol but beats, which come whenever it is time.
    pub(crate) async fn next(&mut self) -> ServerFrame {
        loop {
            match self.message().await.expect("the connection lives") {
                Message::Text(text) => match ServerFrame::parse(&text).unwrap() {
                    ServerFrame::Beat { .. } => {}
                    frame => return frame,
                },
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    /// The next frame that `wanted` picks; the others are passed over.
    pub(crate) async fn until<T>(&mut self, wanted: impl Fn(ServerFrame) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
    }

    /// The code and reason of the server's farewell.
    pub(crate) async fn farewell(&mut self) -> (u16, String) {
        loop {
            match self.message().await {
                Some(Message::Close(Some(frame))) => return (frame.code.into(), frame.reason.to_string()),
                Some(Message::Close(None)) | None => panic!("closed without a word"),
                Some(_) => {}
            }
        }
    }

    /// Says something on a connection that may have ended.
    pub(crate) async fn try_say(&mut self, frame: &ClientFrame) -> Option<()> {
        self.socket.send(Message::text(frame.encode())).await.ok()
    }

    /// A frame that had arrived before the connection ended, however it ended.
    pub(crate) async fn last_words(&mut self) -> Option<ServerFrame> {
        timeout(PATIENCE, self.frame()).await.expect("the connection ends in time")
    }

    /// The next frame, however late; none when the connection ends before.
    pub(crate) async fn frame(&mut self) -> Option<ServerFrame> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(ServerFrame::parse(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    async fn message(&mut self) -> Option<Message> {
        match timeout(PATIENCE, self.socket.next()).await.expect("something arrives in time") {
            Some(Ok(message)) => Some(message),
            Some(Err(tungstenite::Error::ConnectionClosed)) | None => None,
            Some(Err(error)) => panic!("{error}"),
        }
    }

    /// Says hello, and returns everything up to `caught_up`.
    pub(crate) async fn catch_up(&mut self, cursor: &[(RoomId, i64)]) -> Vec<ServerFrame> {
        let position = |rev| Position { rev: Rev(rev), marks: None };
        let cursor = cursor.iter().map(|(room, rev)| (*room, position(*rev))).collect();
        self.say(&ClientFrame::Hello { version: 1, cursor }).await;
        let mut frames = Vec::new();
        loop {
            match self.next().await {
                ServerFrame::CaughtUp => return frames,
                frame => frames.push(frame),
            }
        }
    }

    pub(crate) async fn send(&mut self, room: RoomId, body: &str) -> MessageId {
        let id = MessageId::new();
        self.send_as(room, id, body).await;
        id
    }

    pub(crate) async fn send_as(&mut self, room: RoomId, id: MessageId, body: &str) {
        self.say(&ClientFrame::Send { room, id, body: body.to_owned() }).await;
    }

    /// The answer to a message: its number, or why it was not taken.
    pub(crate) async fn answer(&mut self, id: MessageId) -> Result<i64, model::Error> {
        self.until(|frame| match frame {
            ServerFrame::Accepted(accepted) if accepted.id == id => Some(Ok(accepted.seq.0)),
            ServerFrame::Rejected { id: rejected, error, .. } if rejected == id => Some(Err(error)),
            _ => None,
        })
        .await
    }

    /// The next message of this connection that is accepted, and its number.
    pub(crate) async fn accepted(&mut self) -> (MessageId, i64) {
        self.until(|frame| match frame {
            ServerFrame::Accepted(accepted) => Some((accepted.id, accepted.seq.0)),
            _ => None,
        })
        .await
    }

    /// The next live message: (rev, body).
    pub(crate) async fn live(&mut self) -> (i64, String) {
        self.until(|frame| match frame {
            ServerFrame::Change(change) => match change.item {
                model::wire::Item::Message { message } => Some((change.rev.0, message.body)),
                _ => None,
            },
            _ => None,
        })
        .await
    }
}
