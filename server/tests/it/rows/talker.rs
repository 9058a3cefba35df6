//! Somebody who writes while everything breaks, as a client with an outbox does.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use backend::{Backend, sessions::NewSession};
use model::{
    Chat, Error, MessageId, RoomId,
    wire::{ClientFrame, ServerFrame},
};
use testing::{history, person, session};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    program::{Program, dial},
    world::Device,
};

/// Long enough for a PostgreSQL that starts again, and the pauses between two tries.
const PATIENCE: Duration = Duration::from_secs(60);

type Accepted = Arc<Mutex<Vec<(i64, MessageId)>>>;

/// Says 1, 2, 3 … in a room of two: each under its id, again until it is answered, and then the next.
pub(crate) struct Talker {
    pub(crate) room: RoomId,
    pub(crate) reader: NewSession,
    accepted: Accepted,
    end: Arc<AtomicBool>,
    last: watch::Sender<usize>,
    task: JoinHandle<()>,
    /// What the other person's device shows, through all connections.
    follower: JoinHandle<Chat>,
}

impl Talker {
    /// `port` is where the program listens; it may move.
    pub(crate) async fn start(backend: &Backend, name: &str, port: watch::Receiver<u16>) -> Self {
        let (one, other) =
            (person(backend, &format!("{name}_one")).await, person(backend, &format!("{name}_two")).await);
        let room = backend.open_private(&one, other.user()).await.unwrap().id;
        backend.open_private(&other, one.user()).await.unwrap();
        let (writer, reader) = (session(backend, one.user()).await, session(backend, other.user()).await);
        let other = session(backend, other.user()).await;
        let (accepted, end) = (Accepted::default(), Arc::new(AtomicBool::new(false)));
        let task = tokio::spawn(talk(port.clone(), writer, room, Arc::clone(&accepted), end.clone()));
        let (last, told) = watch::channel(0);
        let follower = tokio::spawn(follow(port, other, room, Arc::clone(&accepted), told));
        Self { room, reader, accepted, end, last, task, follower }
    }

    pub(crate) fn accepted(&self) -> usize {
        self.accepted.lock().unwrap().len()
    }

    /// Waits until so many more are accepted.
    pub(crate) async fn more(&self, count: usize) {
        let wanted = self.accepted() + count;
        let wait = async {
            while self.accepted() < wanted {
                assert!(!self.task.is_finished(), "the talker goes on");
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, wait).await.expect("it goes on");
    }

    /// Stops talking; what was accepted must stand as it was answered, once, in order, and be what
    /// the other device and a new one show.
    pub(crate) async fn finish(self, program: &Program, backend: &Backend) {
        self.end.store(true, Ordering::SeqCst);
        timeout(PATIENCE, self.task).await.expect("the last one is answered").unwrap();
        let accepted = self.accepted.lock().unwrap().clone();
        let there = history(backend, self.room).await;
        let numbered: Vec<(i64, MessageId)> = there.iter().map(|(seq, id, _)| (*seq, *id)).collect();
        assert_eq!(numbered, accepted);
        let bodies: Vec<String> = there.into_iter().map(|(_, _, body)| body).collect();
        assert_eq!(bodies, (1..=accepted.len()).map(|n| n.to_string()).collect::<Vec<_>>());

        self.last.send(accepted.len()).unwrap();
        let seen = timeout(PATIENCE, self.follower).await.expect("the last one arrives").unwrap();
        assert_eq!(shown(&seen, self.room), bodies);
        let mut chat = Chat::new(self.reader.who.user());
        let mut device = program.dial(&self.reader).await;
        let caught_up = timeout(PATIENCE, receive(&mut device, &mut chat, Chat::is_caught_up)).await;
        assert!(caught_up.expect("caught up in time").is_some());
        let shown = shown(&chat, self.room);
        assert!(!shown.is_empty() && bodies.ends_with(&shown), "{shown:?}");
    }
}

fn shown(chat: &Chat, room: RoomId) -> Vec<String> {
    let conversation = chat.conversation(room).map(|one| one.timeline.messages()).unwrap_or_default();
    conversation.iter().map(|message| message.body.clone()).collect()
}

/// Returns when it is told to end, and what it said last is answered.
async fn talk(
    port: watch::Receiver<u16>,
    session: NewSession,
    room: RoomId,
    accepted: Accepted,
    end: Arc<AtomicBool>,
) {
    let mut device = None;
    for number in 1.. {
        if end.load(Ordering::SeqCst) {
            return;
        }
        let id = MessageId::new();
        let send = ClientFrame::Send { room, id, body: number.to_string() };
        let seq = loop {
            match say(&mut device, &port, &session, &send, id).await {
                Some(Ok(seq)) => break seq,
                Some(Err(error)) => {
                    assert!(error.code.is_temporary(), "{error}");
                    sleep(Duration::from_millis(error.retry_after.unwrap_or(50).into())).await;
                }
                None => device = None,
            }
        };
        accepted.lock().unwrap().push((seq, id));
    }
}

/// The answer to a message; none when the connection ended before it.
async fn say(
    device: &mut Option<Device>,
    port: &watch::Receiver<u16>,
    session: &NewSession,
    send: &ClientFrame,
    wanted: MessageId,
) -> Option<Result<i64, Error>> {
    let open = match device {
        Some(open) => open,
        None => {
            let mut open = connect(port, session).await;
            receive(&mut open, &mut Chat::new(session.who.user()), Chat::is_caught_up).await?;
            device.insert(open)
        }
    };
    open.try_say(send).await?;
    loop {
        match open.frame().await? {
            ServerFrame::Accepted(accepted) if accepted.id == wanted => return Some(Ok(accepted.seq.0)),
            ServerFrame::Rejected { id, error, .. } if id == wanted => return Some(Err(error)),
            _ => {}
        }
    }
}

/// Returns once the newest message is number `last`. Comes back only when it has missed something.
async fn follow(
    port: watch::Receiver<u16>,
    session: NewSession,
    room: RoomId,
    accepted: Accepted,
    mut last: watch::Receiver<usize>,
) -> Chat {
    let mut chat = Chat::new(session.who.user());
    loop {
        let mut device = connect(&port, &session).await;
        let said = device.try_say(&chat.hello()).await;
        while said.is_some() {
            tokio::select! {
                frame = device.frame() => match frame {
                    Some(frame) => chat.receive(frame),
                    None => break,
                },
                Ok(()) = last.changed() => {}
            }
            if shown(&chat, room).last() == Some(&last.borrow().to_string()) {
                return chat;
            }
        }
        chat.disconnected();
        let count = accepted.lock().unwrap().len();
        while accepted.lock().unwrap().len() < count + 3 && *last.borrow() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Receives frames until `done`; none when the connection ended before.
async fn receive(device: &mut Device, chat: &mut Chat, done: impl Fn(&Chat) -> bool) -> Option<()> {
    device.try_say(&chat.hello()).await?;
    while !done(chat) {
        chat.receive(device.frame().await?);
    }
    Some(())
}

async fn connect(port: &watch::Receiver<u16>, session: &NewSession) -> Device {
    loop {
        let port = *port.borrow();
        match dial(port, session).await {
            Ok(device) => return device,
            // The program is away.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}
