//! A socket and nothing around it: every frame, and how it ends.

use bench::client::Http;
use futures::{SinkExt, StreamExt};
use model::{
    MessageId, Rev, RoomId, VecMap,
    wire::{ClientFrame, Position, ServerFrame},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

use super::PATIENCE;

pub(crate) struct Raw(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Raw {
    /// Connects, and says nothing yet.
    ///
    /// # Errors
    /// The upgrade is refused.
    pub(crate) async fn dial(http: &Http) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{}/socket", http.host().unwrap()).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", http.origin().parse().unwrap());
        headers.insert("cookie", http.cookies().parse().unwrap());
        let (socket, answer) = timeout(PATIENCE, connect_async(request)).await.expect("an answer")?;
        http.take_cookies(answer.headers());
        Ok(Self(socket))
    }

    /// Connects, and is caught up from these places. Returns what it was told.
    pub(crate) async fn start(http: &Http, cursor: &[(RoomId, i64)]) -> (Self, Vec<ServerFrame>) {
        let mut raw = Self::dial(http).await.unwrap();
        let position = |rev| Position { rev: Rev(rev), marks: None };
        let cursor = cursor.iter().map(|(room, rev)| (*room, position(*rev))).collect();
        raw.say(&ClientFrame::Hello { version: 1, cursor }).await;
        let mut frames = Vec::new();
        loop {
            match raw.next().await {
                ServerFrame::CaughtUp => return (raw, frames),
                frame => frames.push(frame),
            }
        }
    }

    /// Says hello; `None` if it is not let in.
    pub(crate) async fn let_in(mut self) -> Option<Self> {
        let hello = ClientFrame::Hello { version: 1, cursor: VecMap::new() };
        self.0.send(Message::text(hello.encode())).await.ok()?;
        matches!(self.message().await, Some(Message::Text(_))).then_some(self)
    }

    pub(crate) async fn say(&mut self, frame: &ClientFrame) {
        self.0.send(Message::text(frame.encode())).await.unwrap();
    }

    /// The next frame of the protocol.
    pub(crate) async fn next(&mut self) -> ServerFrame {
        loop {
            match self.message().await {
                Some(Message::Text(text)) => return ServerFrame::parse(&text).unwrap(),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    /// The next frame that `wanted` picks.
    pub(crate) async fn until<T>(&mut self, wanted: impl Fn(ServerFrame) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
    }

    /// Says a message, and waits until it is durable.
    pub(crate) async fn log(&mut self, room: RoomId, body: &str) -> MessageId {
        let id = MessageId::new();
        self.say(&ClientFrame::Send { room, id, body: body.to_owned() }).await;
        let answer = self.until(|frame| match frame {
            ServerFrame::Logged(logged) if logged.id == id => Some(Ok(())),
            ServerFrame::Rejected { id: rejected, error, .. } if rejected == id => Some(Err(error)),
            _ => None,
        });
        answer.await.unwrap();
        id
    }

    /// Waits until this message is shown, without a number.
    pub(crate) async fn until_live(&mut self, id: MessageId) {
        let live = |frame| matches!(frame, ServerFrame::Live { message, .. } if message.id == id);
        self.until(|frame| live(frame).then_some(())).await;
    }

    /// The code with which the server closes, whatever it says before.
    pub(crate) async fn farewell(&mut self) -> Option<u16> {
        loop {
            match self.message().await {
                Some(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                None => return None,
                Some(_) => {}
            }
        }
    }

    async fn message(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.0.next()).await.expect("something comes in time")?.ok()
    }
}
