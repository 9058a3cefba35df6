//! The task that publishes: what has gathered goes out in one write, in the order of the calls.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ::redis::{Cmd, Pipeline};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};

use super::{
    super::{Notice, Topic},
    channel::Channels,
    wire::{self, NodeId},
};
use crate::redis::{Link, Server};

/// Most notices in one write.
const BATCH: usize = 512;
/// A batch that takes longer is given up.
const WITHIN: Duration = Duration::from_secs(2);
/// The others are told of a gap no more often than this, since they repair it by reading.
const GAP_EVERY: Duration = Duration::from_secs(1);

pub(super) enum Publication {
    Notice(Notice),
    /// Answered when everything before it has been tried.
    Flush(oneshot::Sender<()>),
}

/// Whether notices were dropped of which the others have not been told.
#[derive(Clone, Default)]
pub(super) struct Dropped(Arc<AtomicBool>);

impl Dropped {
    pub(super) fn count(&self, notices: usize, reason: &'static str) {
        metrics::counter!("rapport_bus_dropped_total", "reason" => reason).increment(notices as u64);
        self.0.store(true, Ordering::Release);
    }
}

/// Publishes until nobody can publish any more.
pub(super) async fn run(me: NodeId, link: Link, dropped: Dropped, mut queue: mpsc::Receiver<Publication>) {
    let mut writer = Writer { me, channels: Channels::of(link.settings()), name: vec![], payload: vec![] };
    let mut batch = Vec::with_capacity(BATCH);
    let mut told = None;
    loop {
        let received = match dropped.0.load(Ordering::Acquire) {
            false => queue.recv_many(&mut batch, BATCH).await,
            // Nothing more may follow what was dropped: the others are told all the same.
            true => timeout(GAP_EVERY, queue.recv_many(&mut batch, BATCH)).await.unwrap_or(1),
        };
        if received == 0 {
            return;
        }
        let now = Instant::now();
        let gap_due = told.is_none_or(|told| now.duration_since(told) >= GAP_EVERY);
        // Taken back before writing: what is dropped meanwhile makes a gap of its own.
        let gap = gap_due && dropped.0.swap(false, Ordering::AcqRel);
        let notices = batch.iter().filter(|one| matches!(one, Publication::Notice(_))).count();
        if gap || notices > 0 {
            let published = link.ask(WITHIN, async |mut server: Server| {
                let pipeline = writer.pipeline(&batch, gap, server.is_cluster);
                pipeline.exec_async(&mut server.connection).await
            });
            match published.await {
                Ok(()) => {
                    metrics::counter!("rapport_bus_published_total").increment(notices as u64);
                    told = if gap { Some(now) } else { told };
                }
                Err(_) => dropped.count(notices, "away"),
            }
        }
        for publication in batch.drain(..) {
            if let Publication::Flush(done) = publication {
                // Who asked may have given up.
                let _ = done.send(());
            }
        }
    }
}

struct Writer {
    me: NodeId,
    channels: Channels,
    /// Buffers, used again for each notice.
    name: Vec<u8>,
    payload: Vec<u8>,
}

impl Writer {
    fn pipeline(&mut self, batch: &[Publication], gap: bool, is_cluster: bool) -> Pipeline {
        let mut pipeline = Pipeline::with_capacity(batch.len() + 1);
        for publication in batch {
            if let Publication::Notice(notice) = publication {
                wire::encode(self.me, notice, &mut self.payload);
                pipeline.add_command(self.command(notice.topic(), is_cluster)).ignore();
            }
        }
        if gap {
            wire::encode_gap(self.me, &mut self.payload);
            pipeline.add_command(self.command(Topic::Sessions, is_cluster)).ignore();
        }
        pipeline
    }

    fn command(&mut self, topic: Topic, is_cluster: bool) -> Cmd {
        self.channels.write(topic, &mut self.name);
        let verb: &[u8] = if is_cluster { b"SPUBLISH" } else { b"PUBLISH" };
        let mut command = Cmd::with_capacity(3, verb.len() + self.name.len() + self.payload.len());
        command.arg(verb).arg(self.name.as_slice()).arg(self.payload.as_slice());
        command
    }
}
