//! One socket, read as cheaply as its content can be checked.

use std::borrow::Cow;

use anyhow::{Context, bail};
use futures::{SinkExt, StreamExt};
use model::{
    MessageId, Rev, RoomId, VecMap,
    limits::PROTOCOL_VERSION,
    wire::{ClientFrame, Position, ServerFrame},
};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest, protocol::WebSocketConfig},
};

use crate::client::Http;

const BUFFER: usize = 4 * 1024;

pub(super) struct Connection {
    socket: WebSocketStream<TcpStream>,
    /// The newest number of each room.
    heads: VecMap<RoomId, i64>,
}

/// What came, as far as a load is interested.
pub(super) enum Heard {
    Accepted(MessageId),
    Rejected {
        id: MessageId,
        retry_after: u64,
    },
    /// A message; `nonce` is the number its text begins with.
    Delivered {
        nonce: usize,
    },
    Other,
}

#[derive(Deserialize)]
struct Change<'a> {
    room: RoomId,
    rev: i64,
    #[serde(borrow)]
    message: Said<'a>,
}

/// Without a number: that comes with [`Stored`], whose numbers then follow each other.
#[derive(Deserialize)]
struct Live<'a> {
    #[serde(borrow)]
    message: Said<'a>,
}

#[derive(Deserialize)]
struct Stored {
    room: RoomId,
    rev: i64,
    ids: Vec<(MessageId, i64)>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    body: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Answer {
    id: MessageId,
}

impl Connection {
    /// Connects and catches up. `known`: rooms that are held as they are, without a message; the
    /// others are described by the server.
    ///
    /// # Errors
    /// The server does not answer as it should.
    pub(super) async fn open(http: &Http, known: &[RoomId]) -> anyhow::Result<Self> {
        let host = http.origin().strip_prefix("http://").context("plain http")?;
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{host}/socket").into_client_request()?;
        request.headers_mut().insert("origin", http.origin().parse()?);
        request.headers_mut().insert("cookie", http.cookies().parse()?);
        let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        let heads = known.iter().map(|room| (*room, 0)).collect();
        let mut connection = Self { socket, heads };
        connection.greet(known).await?;
        Ok(connection)
    }

    async fn greet(&mut self, known: &[RoomId]) -> anyhow::Result<()> {
        let empty = Position { rev: Rev::ZERO, marks: Some(0) };
        let cursor = known.iter().map(|room| (*room, empty)).collect();
        self.say(&ClientFrame::Hello { version: PROTOCOL_VERSION, cursor }).await?;
        loop {
            match ServerFrame::parse(&self.text().await?)? {
                ServerFrame::Room { room } => {
                    self.heads.insert(room.id, room.rev.0);
                }
                ServerFrame::CaughtUp => return Ok(()),
                _ => {}
            }
        }
    }

    /// # Errors
    /// The connection is gone.
    pub(super) async fn say(&mut self, frame: &ClientFrame) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(frame.encode())).await?)
    }

    /// What comes next. May be dropped while it waits.
    ///
    /// # Errors
    /// The connection is gone, or a change came twice, too early or not at all.
    pub(super) async fn hear(&mut self) -> anyhow::Result<Heard> {
        let text = self.text().await?;
        if text.starts_with(r#"{"type":"change""#) {
            let change: Change = serde_json::from_str(&text)?;
            self.follow(change.room, change.rev)?;
            let nonce = change.message.body.split(' ').next().unwrap_or_default();
            return Ok(Heard::Delivered { nonce: nonce.parse()? });
        }
        if text.starts_with(r#"{"type":"live""#) {
            let live: Live = serde_json::from_str(&text)?;
            let nonce = live.message.body.split(' ').next().unwrap_or_default();
            return Ok(Heard::Delivered { nonce: nonce.parse()? });
        }
        if text.starts_with(r#"{"type":"stored""#) {
            let stored: Stored = serde_json::from_str(&text)?;
            for place in 0..stored.ids.len() as i64 {
                self.follow(stored.room, stored.rev + place)?;
            }
            return Ok(Heard::Other);
        }
        if text.starts_with(r#"{"type":"accepted""#) || text.starts_with(r#"{"type":"logged""#) {
            let Answer { id } = serde_json::from_str(&text)?;
            return Ok(Heard::Accepted(id));
        }
        match ServerFrame::parse(&text)? {
            ServerFrame::Rejected { id, error, .. } => {
                let Some(wait) = error.retry_after else { bail!("a message was refused: {error}") };
                Ok(Heard::Rejected { id, retry_after: wait.into() })
            }
            _ => Ok(Heard::Other),
        }
    }

    fn follow(&mut self, room: RoomId, rev: i64) -> anyhow::Result<()> {
        let head = self.heads.get_mut(&room).context("a change of a room of others")?;
        if rev != *head + 1 {
            bail!("change {rev} came after {head}");
        }
        *head = rev;
        Ok(())
    }

    async fn text(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(frame))) => bail!("closed: {frame:?}"),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => bail!("the connection ended"),
            }
        }
    }
}
