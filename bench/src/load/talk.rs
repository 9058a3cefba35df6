//! W2: a thousand people in a hundred rooms of ten talk.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use model::{MessageId, RoomId, wire::ClientFrame};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::{
    board::Board,
    connection::{Connection, Heard},
    crowd::Crowd,
    instance::Instance,
    meter,
    report::Report,
};

/// The longest the last deliveries may take after the end.
const GRACE: Duration = Duration::from_secs(10);
/// Before the figures count.
const WARM_UP: Duration = Duration::from_secs(3);
/// Messages of one run, at most.
const MOST: usize = 2_000_000;
const TEXT: &str = "are we still on for lunch? I could be there at half past twelve, or a little later";

pub(super) enum Drive {
    /// So many messages a second, sent on time whatever the answers.
    Open { rate: u64 },
    /// Everybody has so many unanswered, always.
    Closed { in_flight: usize },
}

/// Microseconds.
#[derive(Default)]
struct Times {
    accept: Vec<u32>,
    deliver: Vec<u32>,
}

pub(super) struct Talk {
    seconds: f64,
    accepted: u64,
    delivered: u64,
    accept: Vec<u32>,
    deliver: Vec<u32>,
    processor: f64,
    /// For each accepted message.
    statements: Option<f64>,
    writes: f64,
    /// Notices on the way to other nodes, and batches that were stored, where there are several processes.
    published: f64,
    batches: f64,
    own_processor: f64,
    /// Cores used by each part of a cluster.
    shares: Vec<(String, f64)>,
    peak: u64,
}

impl Talk {
    /// # Errors
    /// Something was lost, doubled or reordered, or the server ended a connection.
    pub(super) async fn hold(
        instance: &Instance,
        crowd: &Crowd,
        drive: &Drive,
        length: Duration,
    ) -> anyhow::Result<Self> {
        let sockets: Vec<(RoomId, Connection)> = stream::iter(&crowd.people)
            .map(|somebody| async {
                anyhow::Ok((somebody.room(), Connection::open(&somebody.http, &[]).await?))
            })
            .buffered(16)
            .try_collect()
            .await?;
        let board = Arc::new(Board {
            began: Instant::now(),
            due: (0..MOST).map(|_| AtomicU64::new(0)).collect(),
            sent: AtomicUsize::new(0),
            accepted: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            counts: AtomicBool::new(false),
        });
        let in_flight = if let Drive::Closed { in_flight } = drive { *in_flight } else { 0 };
        let (go, stage) = watch::channel(Stage::Talk);
        let mut talkers = JoinSet::new();
        let mut orders = Vec::new();
        for (room, connection) in sockets {
            let (order, ordered) = mpsc::unbounded_channel();
            orders.push(order);
            let talker = Talker {
                room,
                connection,
                board: board.clone(),
                in_flight,
                waiting: Default::default(),
                times: Times::default(),
            };
            talkers.spawn(talker.talk(ordered, stage.clone()));
        }
        let open_loop = match drive {
            Drive::Open { rate } => Some(tokio::spawn(order_at(*rate, board.clone(), orders.clone()))),
            Drive::Closed { .. } => None,
        };
        sleep(WARM_UP).await;
        let start = Sample::take(instance, &board).await?;
        board.counts.store(true, Ordering::Relaxed);
        sleep(length).await;
        board.counts.store(false, Ordering::Relaxed);
        let end = Sample::take(instance, &board).await?;
        // Apart, because writing them down costs time.
        let statements = match drive {
            Drive::Open { .. } => Some(statements_each(instance, &board).await?),
            Drive::Closed { .. } => None,
        };
        let peak = instance.resident()?;
        if let Some(open_loop) = open_loop {
            open_loop.abort();
        }
        drop(orders);
        go.send(Stage::Listen)?;
        if let Err(missing) = settle(&board, crowd).await {
            // Who gave up says better why not everything came.
            return Err(gave_up(&mut talkers).unwrap_or(missing));
        }
        go.send(Stage::Leave)?;
        let mut times = Times::default();
        while let Some(done) = talkers.join_next().await {
            let theirs = done??;
            times.accept.extend(theirs.accept);
            times.deliver.extend(theirs.deliver);
        }
        times.accept.sort_unstable();
        times.deliver.sort_unstable();
        let (standing, dense) = crowd.standing(instance).await?;
        let accepted = board.accepted.load(Ordering::Relaxed);
        anyhow::ensure!(standing == accepted, "{accepted} were accepted, {standing} stand");
        anyhow::ensure!(dense, "a room has a hole in its numbers");
        Ok(Self {
            seconds: end.at - start.at,
            accepted: end.accepted - start.accepted,
            delivered: end.delivered - start.delivered,
            accept: times.accept,
            deliver: times.deliver,
            processor: end.processor - start.processor,
            statements,
            writes: end.writes - start.writes,
            published: end.published - start.published,
            batches: end.batches - start.batches,
            own_processor: (end.own_processor - start.own_processor) / (end.at - start.at),
            shares: end.shares_since(&start),
            peak,
        })
    }

    pub(super) fn tell(&self, name: &str, report: &mut Report) {
        let millis = |times: &[u32], part: f64| {
            times
                .get(((times.len() as f64 - 1.0) * part) as usize)
                .map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
        };
        report.add(format!("{name} accepted"), self.accepted as f64 / self.seconds, "messages/s");
        report.add(format!("{name} delivered"), self.delivered as f64 / self.seconds, "deliveries/s");
        report.add(format!("{name} accept p50"), millis(&self.accept, 0.5), "ms");
        report.add(format!("{name} accept p99"), millis(&self.accept, 0.99), "ms");
        report.add(format!("{name} deliver p50"), millis(&self.deliver, 0.5), "ms");
        report.add(format!("{name} deliver p99"), millis(&self.deliver, 0.99), "ms");
        report.add(format!("{name} write calls for a delivery"), self.writes / self.delivered as f64, "");
        if self.batches > 0.0 {
            let each = |count: f64| count / self.accepted as f64;
            report.add(format!("{name} Redis publishes for an accepted message"), each(self.published), "");
            report.add(format!("{name} messages stored in a batch"), 1.0 / each(self.batches), "");
        }
        if let Some(statements) = self.statements {
            report.add(format!("{name} SQL statements for an accepted message"), statements, "");
        }
        let each = self.processor / (self.delivered as f64 / 1e6);
        report.add(format!("{name} server CPU for a million deliveries"), each, "s");
        report.add(format!("{name} memory of the program at the end"), self.peak as f64 / 1024.0, "MB");
        report.add(format!("{name} cores used by the load client"), self.own_processor, "");
        for (part, cores) in &self.shares {
            report.add(format!("{name} cores used by {part}"), *cores, "");
        }
    }
}

/// Why the first talker that ended before the end did.
fn gave_up(talkers: &mut JoinSet<anyhow::Result<Times>>) -> Option<anyhow::Error> {
    let ended = std::iter::from_fn(|| talkers.try_join_next());
    ended.flatten().find_map(Result::err)
}

/// Every accepted message reaches every member, its sender too.
async fn settle(board: &Board, crowd: &Crowd) -> anyhow::Result<()> {
    let members = (crowd.people.len() / crowd.rooms.len()) as u64;
    let deadline = Instant::now() + GRACE;
    loop {
        let sent = board.sent.load(Ordering::Relaxed) as u64;
        let accepted = board.accepted.load(Ordering::Relaxed);
        let delivered = board.delivered.load(Ordering::Relaxed);
        if sent == accepted && delivered == accepted * members {
            return Ok(());
        }
        let told =
            || format!("{sent} sent, {accepted} accepted, {delivered} delivered to {members} members each");
        anyhow::ensure!(Instant::now() < deadline, "not everything came: {}", told());
        sleep(Duration::from_millis(100)).await;
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Talk,
    Listen,
    Leave,
}

/// SQL statements for each accepted message, over a few seconds.
async fn statements_each(instance: &Instance, board: &Board) -> anyhow::Result<f64> {
    instance.log_statements().await?;
    sleep(Duration::from_secs(1)).await;
    let accepted = || board.accepted.load(Ordering::Relaxed);
    let (before, accepted_before) = (instance.statements()?, accepted());
    sleep(Duration::from_secs(5)).await;
    Ok((instance.statements()? - before) as f64 / (accepted() - accepted_before) as f64)
}

async fn reached(stage: &mut watch::Receiver<Stage>, wanted: Stage) {
    // Without anybody left to say so it is over as well.
    let _ = stage.wait_for(|stage| *stage == wanted).await;
}

struct Sample {
    at: f64,
    accepted: u64,
    delivered: u64,
    processor: f64,
    own_processor: f64,
    writes: f64,
    published: f64,
    batches: f64,
    shares: Vec<(String, f64)>,
}

impl Sample {
    /// Cores used by each part between two samples.
    fn shares_since(&self, before: &Self) -> Vec<(String, f64)> {
        let cores = |((name, now), (_, then)): (&(String, f64), &(String, f64))| {
            (name.clone(), (now - then) / (self.at - before.at))
        };
        self.shares.iter().zip(&before.shares).map(cores).collect()
    }

    async fn take(instance: &Instance, board: &Board) -> anyhow::Result<Self> {
        let metrics = instance.metrics().await?;
        Ok(Self {
            at: board.began.elapsed().as_secs_f64(),
            accepted: board.accepted.load(Ordering::Relaxed),
            delivered: board.delivered.load(Ordering::Relaxed),
            processor: instance.processor()?,
            own_processor: meter::processor(std::process::id())?,
            writes: meter::counter(&metrics, "rapport_socket_writes_total"),
            published: meter::counter(&metrics, "rapport_bus_published_total"),
            batches: meter::counter(&metrics, "rapport_store_seconds_count"),
            shares: instance.shares(),
        })
    }
}

/// Tells one after the other to send, at their moments; who is late is told at once.
async fn order_at(rate: u64, board: Arc<Board>, talkers: Vec<mpsc::UnboundedSender<usize>>) {
    let mut tick = interval(Duration::from_millis(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let began = Instant::now();
    for told in 0.. {
        let due = began + Duration::from_micros(told as u64 * 1_000_000 / rate);
        while Instant::now() < due {
            tick.tick().await;
        }
        // Everybody in turn, and not one room after the other.
        let next = told * 7 % talkers.len();
        let Some(nonce) = board.note() else { return };
        if talkers[next].send(nonce).is_err() {
            return;
        }
    }
}

struct Talker {
    room: RoomId,
    connection: Connection,
    board: Arc<Board>,
    in_flight: usize,
    /// Sent and not answered.
    waiting: Vec<(MessageId, usize)>,
    times: Times,
}

impl Talker {
    async fn talk(
        mut self,
        mut orders: mpsc::UnboundedReceiver<usize>,
        stage: watch::Receiver<Stage>,
    ) -> anyhow::Result<Times> {
        for _ in 0..self.in_flight {
            self.send_next().await?;
        }
        let mut ordered = true;
        let mut leaving = stage.clone();
        loop {
            tokio::select! {
                heard = self.connection.hear() => {
                    let again = *stage.borrow() == Stage::Talk && self.in_flight > 0;
                    self.take(heard?, again).await?;
                }
                order = orders.recv(), if ordered => match order {
                    Some(nonce) => self.send(nonce, MessageId::new()).await?,
                    None => ordered = false,
                },
                () = reached(&mut leaving, Stage::Leave) => return Ok(self.times),
            }
        }
    }

    async fn take(&mut self, heard: Heard, again: bool) -> anyhow::Result<()> {
        match heard {
            Heard::Delivered { nonce } => {
                self.board.delivered.fetch_add(1, Ordering::Relaxed);
                if self.board.counts.load(Ordering::Relaxed) {
                    self.times.deliver.push(self.board.age(nonce));
                }
            }
            Heard::Accepted(id) => {
                let nonce = self.answered(id)?;
                self.board.accepted.fetch_add(1, Ordering::Relaxed);
                if self.board.counts.load(Ordering::Relaxed) {
                    self.times.accept.push(self.board.age(nonce));
                }
                if again {
                    self.send_next().await?;
                }
            }
            Heard::Rejected { id, retry_after } => {
                let nonce = self.answered(id)?;
                sleep(Duration::from_millis(retry_after)).await;
                self.send(nonce, id).await?;
            }
            Heard::Other => {}
        }
        Ok(())
    }

    fn answered(&mut self, id: MessageId) -> anyhow::Result<usize> {
        let place = self.waiting.iter().position(|(sent, _)| *sent == id).context("an answer to nothing")?;
        Ok(self.waiting.swap_remove(place).1)
    }

    async fn send_next(&mut self) -> anyhow::Result<()> {
        let Some(nonce) = self.board.note() else { return Ok(()) };
        self.send(nonce, MessageId::new()).await
    }

    async fn send(&mut self, nonce: usize, id: MessageId) -> anyhow::Result<()> {
        self.waiting.push((id, nonce));
        let send = ClientFrame::Send { room: self.room, id, body: format!("{nonce} {TEXT}") };
        self.connection.say(&send).await
    }
}
