//! A stream that is counted as long as it is open, also as a socket.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    runtime::Handle,
    time::timeout,
};

use super::Permit;

/// What a client may still send after the last answer, in bytes, …
const LINGER_BYTES: u64 = 16 << 20;
/// … for how long in all, …
const LINGER: Duration = Duration::from_secs(10);
/// … and with how long a pause.
const LINGER_PAUSE: Duration = Duration::from_secs(2);

pub(crate) struct Counted {
    /// None only while it is dropped.
    stream: Option<TcpStream>,
    permit: Arc<Permit>,
}

impl Counted {
    pub(crate) fn new(stream: TcpStream, permit: Arc<Permit>) -> Self {
        Self { stream: Some(stream), permit }
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut TcpStream> {
        Pin::new(self.get_mut().stream.as_mut().expect("it is there until it is dropped"))
    }
}

/// Closing a connection with bytes unread resets it, and then the client may lose the answer that it has not read
/// yet: that its body, or its frame, is too large. So what it still sends is read for a while.
impl Drop for Counted {
    fn drop(&mut self) {
        let (Some(stream), Ok(runtime)) = (self.stream.take(), Handle::try_current()) else { return };
        // Nothing was answered, or its place is needed.
        if !self.permit.has_begun() {
            return;
        }
        let permit = self.permit.clone();
        runtime.spawn(async move {
            let _ = timeout(LINGER, linger(stream)).await;
            drop(permit);
        });
    }
}

async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let (mut left, mut bytes) = (LINGER_BYTES, [0; 4096]);
    while left > 0 {
        let Ok(Ok(read @ 1..)) = timeout(LINGER_PAUSE, stream.read(&mut bytes)).await else { return };
        left = left.saturating_sub(read as u64);
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, into)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
