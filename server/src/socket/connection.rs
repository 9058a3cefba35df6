//! One task for one connection: it reads, answers and writes, and holds nothing while idle but its
//! place in the hub.

use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use backend::{
    Backend, SignedIn,
    hub::{Outgoing, Subscription},
    messages::ChangedMessage,
    rate_limit::Limit,
};
use bytes::Bytes;
use futures::{FutureExt, SinkExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use model::{
    Body, ChangeId, Changed, Code, Error, MessageChange, MessageId, RoomId, Timestamp, VecMap,
    limits::{BEAT_MS, HELLO_MS, PROTOCOL_VERSION},
    wire::{ClientFrame, CloseCode, Position, ServerFrame},
};
use tokio::time::{Instant, timeout};

use super::{
    allowance::Allowance,
    close::End,
    frames::{self, Read},
    turns::Turns,
};

/// Answers due to one connection before it is read further.
const IN_FLIGHT: usize = 64;
/// How long a closing connection may take for its last answers, and again for its farewell.
const FAREWELL: Duration = Duration::from_secs(3);

/// Catching up may take so many times as long as another answer: after a restart everybody comes back at once.
const CATCH_UP: u32 = 3;

struct Connection {
    socket: WebSocket,
    backend: Backend,
    who: SignedIn,
    subscription: Subscription,
    allowance: Allowance,
    /// How long the database may take for one answer.
    patience: Duration,
    /// Applies changes of messages in the order in which they come.
    changes: Turns,
    /// Answers on their way.
    due: FuturesUnordered<BoxFuture<'static, Option<ServerFrame>>>,
}

/// Serves a connection until it ends.
pub(super) async fn run(mut socket: WebSocket, backend: Backend, who: SignedIn, patience: Duration) {
    let Some(subscription) = backend.hub.listen(who.user(), who.session()) else {
        Box::pin(farewell(&mut socket, CloseCode::TooMany.into())).await;
        return;
    };
    let mut connection = Connection {
        socket,
        backend,
        who,
        subscription,
        allowance: Allowance::new(std::time::Instant::now()),
        patience,
        changes: Turns::default(),
        due: FuturesUnordered::new(),
    };
    let end = match connection.serve().await {
        Err(end) => end,
        Ok(never) => match never {},
    };
    Box::pin(connection.finish(end)).await;
}

enum Never {}

impl Connection {
    async fn serve(&mut self) -> Result<Never, End> {
        // A session that ended between the upgrade and the subscription would not be told of it.
        self.backend.still_signed_in(&self.who).map_err(|_| CloseCode::SignedOut)?;
        // In a box of its own: what this takes is not held by a connection that has caught up.
        Box::pin(self.begin()).await?;
        let listener = self.subscription.listener().clone();
        let mut batch: Vec<Outgoing> = Vec::new();
        // What is done lives in boxes while it is done: the task itself, which mostly waits, stays small.
        loop {
            tokio::select! {
                queued = listener.next(&mut batch) => {
                    queued?;
                    Box::pin(self.write_batch(&mut batch)).await?;
                }
                message = self.socket.recv(), if self.due.len() < IN_FLIGHT => {
                    Box::pin(self.heard(message)).await?;
                }
                Some(answer) = self.due.next(), if !self.due.is_empty() => {
                    Box::pin(self.answer(answer)).await?;
                }
            }
        }
    }

    async fn begin(&mut self) -> Result<(), End> {
        // The hub counts those of this node; this counts all.
        let socket = self.subscription.listener().socket();
        let arrived = self.backend.presence.arrive(self.who.user(), socket).await;
        arrived.map_err(|_| CloseCode::TooMany)?;
        let cursor = self.hello().await?;
        // Whoever comes again and again is told much each time.
        let allowed = self.backend.limits.check(Limit::Read, self.who.user()).await;
        allowed.map_err(|_| CloseCode::Flood)?;
        let mut batch = match timeout(self.patience * CATCH_UP, self.resume(cursor)).await {
            Ok(caught_up) => caught_up?,
            Err(_) => return Err(CloseCode::Failed.into()),
        };
        self.write_batch(&mut batch).await
    }

    /// The first frame says where the client stands.
    async fn hello(&mut self) -> Result<VecMap<RoomId, Position>, End> {
        let first = self.first_text();
        let text = timeout(Duration::from_millis(HELLO_MS.into()), first).await;
        let text = text.map_err(|_| End::from(CloseCode::BadHello))??;
        match frames::read(&text)? {
            Read::Frame(ClientFrame::Hello { version: PROTOCOL_VERSION, cursor }) => Ok(cursor),
            Read::Frame(ClientFrame::Hello { .. }) => Err(CloseCode::Version.into()),
            _ => Err(CloseCode::BadHello.into()),
        }
    }

    async fn first_text(&mut self) -> Result<Utf8Bytes, End> {
        let listener = self.subscription.listener().clone();
        loop {
            let message = tokio::select! {
                message = self.socket.recv() => message,
                code = listener.closed() => return Err(code.into()),
            };
            match text_of(message)? {
                Some(text) => return Ok(text),
                None if !self.allowance.frame(std::time::Instant::now()) => {
                    return Err(CloseCode::Flood.into());
                }
                None => {}
            }
        }
    }

    /// What the client missed. Subscribes first and reads second: nothing can fall in between.
    async fn resume(&mut self, cursor: VecMap<RoomId, Position>) -> Result<Vec<Outgoing>, End> {
        let failed = |error: Error| {
            tracing::warn!(%error, "a client could not catch up");
            End::from(CloseCode::Failed)
        };
        // Who leaves a room once this is so is told to this node; who did before is not among its members.
        self.backend.bus.watching().await;
        for room in self.backend.rooms_to_follow(&self.who).await.map_err(failed)? {
            self.subscription.join(room);
        }
        self.backend.bus.watching().await;
        let welcome = ServerFrame::Welcome {
            version: PROTOCOL_VERSION,
            user: self.who.user(),
            session: self.who.session(),
            now: Timestamp(self.backend.clock.now().timestamp_millis()),
            beat_ms: BEAT_MS,
        };
        let missed = self.backend.catch_up(&self.who, &cursor).await.map_err(failed)?;
        self.follow_late(&missed).await.map_err(failed)?;
        let frames = std::iter::once(welcome).chain(missed).chain([ServerFrame::CaughtUp]);
        Ok(frames.flat_map(encode).collect())
    }

    /// Listens to rooms that were made after the others were read.
    async fn follow_late(&mut self, missed: &[ServerFrame]) -> Result<(), Error> {
        let mut told = missed.iter().filter_map(|frame| match frame {
            ServerFrame::Room { room } => Some(room.id),
            _ => None,
        });
        if told.all(|room| self.subscription.listens_to(room)) {
            return Ok(());
        }
        for member in self.backend.memberships_of(&[self.who.user()]).await? {
            self.subscription.join_late(member);
        }
        Ok(())
    }

    async fn heard(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let now = std::time::Instant::now();
        self.subscription.listener().hear(self.backend.hub.tick());
        let text = text_of(message)?;
        if !self.allowance.frame(now) {
            return Err(CloseCode::Flood.into());
        }
        let Some(text) = text else { return Ok(()) };
        match frames::read(&text)? {
            Read::Frame(frame) => self.take(frame),
            // However it is written, it is a second one.
            Read::Malformed(answer) if is_about_hello(&answer) => Err(CloseCode::BadHello.into()),
            Read::Malformed(_) if !self.allowance.malformed(now) => Err(CloseCode::Flood.into()),
            Read::Malformed(answer) | Read::Unknown(answer) => self.answer(Some(answer)).await,
        }
    }

    /// Starts what a frame asks for. Messages take their place in the order here, in the order in
    /// which they were read.
    fn take(&mut self, frame: ClientFrame) -> Result<(), End> {
        match frame {
            ClientFrame::Hello { .. } => return Err(CloseCode::BadHello.into()),
            ClientFrame::Send { room, id, body } => self.send(room, id, body),
            ClientFrame::Edit { room, id, change, body } => {
                self.change(room, id, change, MessageChange::Edit(body));
            }
            ClientFrame::Delete { room, id, change } => self.change(room, id, change, MessageChange::Delete),
            ClientFrame::React { room, id, change, emoji } => {
                self.change(room, id, change, MessageChange::React(emoji));
            }
            ClientFrame::Fetch { room, after } => {
                let (backend, who) = (self.backend.clone(), self.who);
                let patience = self.patience;
                let fetched = async move {
                    let fetched = timeout(patience, backend.fetch(&who, room, after)).await;
                    fetched.unwrap_or_else(|_| Err(Error::unavailable()))
                };
                self.due.push(fetched.map(move |answer| Some(or_error("fetch", room, answer))).boxed());
            }
            ClientFrame::Mark { room, delivered, read } => {
                let (backend, who) = (self.backend.clone(), self.who);
                let patience = self.patience;
                let marked = async move {
                    let marked = timeout(patience, backend.mark(&who, room, delivered, read)).await;
                    marked.unwrap_or_else(|_| Err(Error::unavailable()))
                };
                let refused = move |error| refusal("mark", room, error);
                self.due.push(marked.map(move |mark| mark.err().map(refused)).boxed());
            }
            ClientFrame::Unknown => {}
        }
        Ok(())
    }

    fn send(&mut self, room: RoomId, id: MessageId, body: String) {
        let rejected = move |error| ServerFrame::Rejected { room, id, change: None, error, log: None };
        let sent = Body::new(body).map(|body| self.backend.send(&self.who, room, id, body));
        let answer = async move {
            let sent = match sent {
                Ok(sent) => sent.await,
                Err(error) => Err(error),
            };
            Some(sent.map_or_else(rejected, ServerFrame::from))
        };
        self.due.push(answer.boxed());
    }

    fn change(&mut self, room: RoomId, id: MessageId, change: ChangeId, wanted: MessageChange) {
        let (backend, who) = (self.backend.clone(), self.who);
        let made = self.changes.in_turn(async move { make(&backend, &who, room, id, change, wanted).await });
        let made =
            timeout(self.patience, made).map(|made| made.unwrap_or_else(|_| Err(Error::unavailable())));
        let changed =
            move |made: ChangedMessage| ServerFrame::Changed(Changed { room, change, rev: made.rev });
        let rejected =
            move |error| ServerFrame::Rejected { room, id, change: Some(change), error, log: None };
        self.due.push(made.map(move |made| Some(made.map_or_else(rejected, changed))).boxed());
    }

    /// Writes an answer, and with it all others that are ready: one flush for all of them.
    async fn answer(&mut self, answer: Option<ServerFrame>) -> Result<(), End> {
        let mut answers: Vec<ServerFrame> = answer.into_iter().collect();
        while let Some(Some(answer)) = self.due.next().now_or_never() {
            answers.extend(answer);
        }
        for room in answers.iter().filter_map(unknown_room) {
            self.subscription.doubt(room);
        }
        let mut batch: Vec<Outgoing> = answers.into_iter().flat_map(encode).collect();
        self.write_batch(&mut batch).await
    }

    /// Writes what has gathered and flushes once. Ends when the hub gives the reader up.
    async fn write_batch(&mut self, batch: &mut Vec<Outgoing>) -> Result<(), End> {
        #[cfg(feature = "mutants")]
        crate::mutants::lose_last(batch);
        let listener = self.subscription.listener().clone();
        let socket = &mut self.socket;
        metrics::counter!("rapport_socket_frames_total").increment(batch.len() as u64);
        metrics::counter!("rapport_socket_writes_total").increment(1);
        let write = async move {
            for outgoing in batch.drain(..) {
                let (Outgoing::Frame(bytes) | Outgoing::Beat(bytes)) = &outgoing;
                socket.feed(text(bytes.clone())).await.map_err(|_| End::Gone)?;
                if matches!(outgoing, Outgoing::Beat(_)) {
                    socket.feed(Message::Ping(Bytes::new())).await.map_err(|_| End::Gone)?;
                }
            }
            // The burst's buffer is not kept by an idle connection.
            batch.shrink_to(16);
            socket.flush().await.map_err(|_| End::Gone)
        };
        tokio::select! {
            written = write => written,
            code = listener.closed() => Err(code.into()),
        }
    }

    /// Lets messages that were read be answered, then says why the connection ends.
    async fn finish(mut self, end: End) {
        match end {
            End::Gone => return,
            End::Closed => return farewell(&mut self.socket, end).await,
            End::Code(_) | End::Protocol(..) => {}
        }
        let deadline = Instant::now() + FAREWELL;
        while let Ok(Some(answer)) = tokio::time::timeout_at(deadline, self.due.next()).await {
            for Outgoing::Frame(bytes) | Outgoing::Beat(bytes) in answer.into_iter().flat_map(encode) {
                if !matches!(timeout(FAREWELL, self.socket.send(text(bytes))).await, Ok(Ok(()))) {
                    return;
                }
            }
        }
        farewell(&mut self.socket, end).await;
    }
}

async fn make(
    backend: &Backend,
    who: &SignedIn,
    room: RoomId,
    id: MessageId,
    change: ChangeId,
    wanted: MessageChange,
) -> model::Result<ChangedMessage> {
    match wanted {
        MessageChange::Edit(body) => backend.edit(who, room, id, Body::new(body)?, Some(change)).await,
        MessageChange::Delete => backend.delete(who, room, id).await,
        MessageChange::React(emoji) => backend.react(who, room, id, emoji, Some(change)).await,
    }
}

async fn farewell(socket: &mut WebSocket, end: End) {
    let said = async {
        if end != End::Closed && socket.send(Message::Close(end.frame())).await.is_err() {
            return;
        }
        // Until the closing handshake is done. With bytes unread, the system would reset the connection, and
        // our close frame could be lost.
        while let Some(Ok(_)) = socket.recv().await {}
    };
    // A client that does not answer is left to itself.
    let _ = timeout(FAREWELL, said).await;
}

fn text_of(message: Option<Result<Message, axum::Error>>) -> Result<Option<Utf8Bytes>, End> {
    match message {
        None => Err(End::Gone),
        Some(Ok(Message::Close(_))) => Err(End::Closed),
        Some(Err(error)) => Err(End::from_read(error)),
        Some(Ok(Message::Binary(_))) => Err(CloseCode::BadFrame.into()),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Text(text))) => Ok(Some(text)),
    }
}

fn is_about_hello(answer: &ServerFrame) -> bool {
    matches!(answer, ServerFrame::Error { about: Some(about), .. } if about == "hello")
}

/// The room of what was refused since its user is not in it, or is thought not to be.
fn unknown_room(answer: &ServerFrame) -> Option<RoomId> {
    match answer {
        ServerFrame::Error { error, room: Some(room), .. } | ServerFrame::Rejected { error, room, .. }
            if error.code == Code::NotFound =>
        {
            Some(*room)
        }
        _ => None,
    }
}

fn encode(frame: ServerFrame) -> impl Iterator<Item = Outgoing> {
    frame.in_parts().into_iter().map(|part| Outgoing::Frame(Bytes::from(part.encode())))
}

fn or_error(about: &str, room: RoomId, answer: model::Result<ServerFrame>) -> ServerFrame {
    answer.unwrap_or_else(|error| refusal(about, room, error))
}

fn refusal(about: &str, room: RoomId, error: Error) -> ServerFrame {
    ServerFrame::Error { error, about: Some(about.to_owned()), room: Some(room) }
}

fn text(bytes: Bytes) -> Message {
    let text = Utf8Bytes::try_from(bytes);
    Message::Text(text.expect("frames are encoded from strings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<A, B, C, D, F: Future>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    /// A connection costs this much for as long as it is open, however idle. Fails when the rare and
    /// large parts (catching up, the end) stand in the task itself and not in boxes.
    #[test]
    fn the_task_of_a_connection_is_small() {
        let size = size_of_future(run);
        assert!(size <= 1_536, "{size} bytes");
    }
}
