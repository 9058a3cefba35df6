//! One socket, read as cheaply as its content can be checked.

use std::borrow::Cow;

use anyhow::{Context, bail};
use futures::{SinkExt, StreamExt};
use model::{
    MessageId, RoomId, VecMap,
    limits::PROTOCOL_VERSION,
    wire::{ClientFrame, ServerFrame},
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
    /// Connects and catches up.
    ///
    /// # Errors
    /// The server does not answer as it should.
    pub(super) async fn open(http: &Http) -> anyhow::Result<Self> {
        let host = http.origin().strip_prefix("http://").context("plain http")?;
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{host}/socket").into_client_request()?;
        request.headers_mut().insert("origin", http.origin().parse()?);
        request.headers_mut().insert("cookie", http.cookies().parse()?);
        let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        let mut connection = Self { socket, heads: VecMap::new() };
        connection.greet().await?;
        Ok(connection)
    }

    async fn greet(&mut self) -> anyhow::Result<()> {
        self.say(&ClientFrame::Hello { version: PROTOCOL_VERSION, cursor: VecMap::new() }).await?;
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
        if text.starts_with(r#"{"type":"accepted""#) {
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
