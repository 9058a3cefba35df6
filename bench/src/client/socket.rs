//! One WebSocket with small buffers.

use std::time::Duration;

use anyhow::anyhow;
use futures::{SinkExt, StreamExt};
use model::wire::{ClientFrame, ServerFrame};
use tokio::{
    net::{TcpSocket, TcpStream, lookup_host},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, http::StatusCode, protocol::WebSocketConfig},
};

use super::Http;

/// The longest a connection may take to open.
const OPENING: Duration = Duration::from_secs(8);
/// The longest a write may take.
const WRITING: Duration = Duration::from_secs(15);
const BUFFER: usize = 4 * 1024;

pub(super) struct Socket(WebSocketStream<TcpStream>);

/// What came.
pub(super) enum Heard {
    Frame(Box<ServerFrame>),
    /// A ping, which the library answers.
    Sign,
    /// The connection ended; with the server's code if it said one.
    Closed(Option<u16>),
    /// Not of the protocol.
    Broken(String),
}

/// Why no connection came to be.
pub(super) enum Closed {
    SignedOut,
    Unreachable,
}

impl Socket {
    pub(super) async fn open(http: &Http) -> Result<Self, Closed> {
        match timeout(OPENING, Self::dial(http)).await {
            Ok(Ok(socket)) => Ok(socket),
            Ok(Err(error)) => match error.downcast_ref::<tungstenite::Error>() {
                Some(tungstenite::Error::Http(answer)) if answer.status() == StatusCode::UNAUTHORIZED => {
                    Err(Closed::SignedOut)
                }
                _ => Err(Closed::Unreachable),
            },
            Err(_) => Err(Closed::Unreachable),
        }
    }

    async fn dial(http: &Http) -> anyhow::Result<Self> {
        let host = http.host()?;
        let address = lookup_host(host).await?.next().ok_or_else(|| anyhow!("{host} is nowhere"))?;
        let tcp = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        tcp.set_recv_buffer_size(4 * BUFFER as u32)?;
        let stream = tcp.connect(address).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{host}/socket").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", http.origin().parse()?);
        headers.insert("cookie", http.cookies().parse()?);
        let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
        let (socket, answer) = client_async_with_config(request, stream, Some(config)).await?;
        http.take_cookies(answer.headers());
        Ok(Self(socket))
    }

    /// Says frames with one flush; false if the connection does not take them.
    pub(super) async fn say(&mut self, frames: &[ClientFrame]) -> bool {
        let said = async {
            for frame in frames {
                self.0.feed(Message::text(frame.encode())).await?;
            }
            self.0.flush().await
        };
        matches!(timeout(WRITING, said).await, Ok(Ok(())))
    }

    /// What comes next. May be dropped while it waits.
    pub(super) async fn hear(&mut self) -> Heard {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => match ServerFrame::parse(&text) {
                Ok(frame) => Heard::Frame(Box::new(frame)),
                Err(error) => {
                    Heard::Broken(format!("{error}: {}", text.chars().take(200).collect::<String>()))
                }
            },
            Some(Ok(Message::Close(frame))) => Heard::Closed(frame.map(|frame| frame.code.into())),
            Some(Ok(Message::Binary(_))) => Heard::Broken("a binary frame".to_owned()),
            Some(Ok(_)) => Heard::Sign,
            None | Some(Err(_)) => Heard::Closed(None),
        }
    }
}
