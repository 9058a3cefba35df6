//! The task that listens: keeps the subscriptions in line with what this node watches, over as many
//! connections, one after the other, as it takes.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use ::redis::{AsyncConnectionConfig, Cmd, Pipeline, PushInfo, PushKind, Value};
use anyhow::{anyhow, bail};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{super::Topic, Node, PAUSE, channel::Channels};
use crate::redis::{Backoff, Server, answers, connect};

/// Most channels in one write.
const BATCH: usize = 1_000;
/// A batch of subscriptions that takes longer means that the connection is gone.
const WITHIN: Duration = Duration::from_secs(5);
/// How often a silent connection is tried.
const BEAT: Duration = Duration::from_secs(2);

/// What is known of this node's ears.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hearing {
    state: State,
    /// Redis has confirmed all changes up to this one.
    confirmed: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The first connection is not made yet.
    #[default]
    Trying,
    /// Everything watched is subscribed to, but for changes just asked for.
    Up,
    /// There is no connection, or not everything is subscribed to again: a gap will be told.
    Away,
}

impl Hearing {
    pub(super) fn is_up(&self) -> bool {
        self.state == State::Up
    }

    /// Whether who asked for a change need not wait for it (any more).
    pub(super) fn settles(&self, asked: u64) -> bool {
        match self.state {
            State::Trying => false,
            State::Up => self.confirmed >= asked,
            State::Away => true,
        }
    }
}

/// Listens for as long as the process lives.
pub(super) async fn run(node: Arc<Node>) {
    let mut backoff = Backoff::new(PAUSE);
    // Whether somebody may have gone on without being heard.
    let mut missed = false;
    loop {
        let Err(error) = listen(&node, &mut missed, &mut backoff).await;
        let first = node.hearing.send_if_modified(|hearing| {
            let first = hearing.state != State::Away;
            hearing.state = State::Away;
            first
        });
        if first {
            tracing::warn!(redis = %node.settings.address(), %error, "the other nodes are not heard");
        }
        missed = true;
        sleep(backoff.next()).await;
    }
}

enum Never {}

/// Listens over one connection, until it is lost.
async fn listen(node: &Arc<Node>, missed: &mut bool, backoff: &mut Backoff) -> anyhow::Result<Never> {
    let cut = Arc::new(Notify::new());
    let server = connect(&node.settings, config(node, &cut)).await?;
    let mut subscriptions =
        Subscriptions { server, channels: Channels::of(&node.settings), topics: HashSet::new() };
    node.watched.look_at_all();
    loop {
        let up = || {
            node.hearing.send_modify(|hearing| hearing.state = State::Up);
        };
        while let Some((topics, asked)) = node.watched.take(up) {
            subscriptions.bring_in_line(topics, |topic| node.watched.contains(topic)).await?;
            node.hearing.send_modify(|hearing| hearing.confirmed = asked);
        }
        if std::mem::take(missed) {
            tracing::info!(redis = %node.settings.address(), "the other nodes are heard again");
            node.tell_gap();
        } else if node.unheard.swap(false, Ordering::AcqRel) {
            node.tell_gap();
        }
        backoff.reset();
        tokio::select! {
            () = cut.notified() => bail!("the connection was cut"),
            () = node.watched.changed() => {}
            () = sleep(BEAT) => {
                if !answers(&mut subscriptions.server.connection).await {
                    bail!("no answer");
                }
            }
        }
    }
}

/// What is heard is handed on in the connection's own task: nothing gathers in this process, and a node
/// too slow is cut off by Redis and repairs the gap.
fn config(node: &Arc<Node>, cut: &Arc<Notify>) -> AsyncConnectionConfig {
    let (node, cut) = (node.clone(), cut.clone());
    AsyncConnectionConfig::new().set_push_sender(move |push: PushInfo| {
        match push.kind {
            PushKind::Message | PushKind::SMessage => {
                if let Some(Value::BulkString(payload)) = push.data.into_iter().last() {
                    node.hear(payload);
                }
            }
            PushKind::Disconnection => cut.notify_one(),
            _ => {}
        }
        Ok::<(), std::convert::Infallible>(())
    })
}

/// What one connection is subscribed to.
struct Subscriptions {
    server: Server,
    channels: Channels,
    topics: HashSet<Topic>,
}

impl Subscriptions {
    async fn bring_in_line(
        &mut self,
        topics: HashSet<Topic>,
        is_watched: impl Fn(Topic) -> bool,
    ) -> anyhow::Result<()> {
        let differ = |topic: &Topic| is_watched(*topic) != self.topics.contains(topic);
        let topics: Vec<Topic> = topics.into_iter().filter(differ).collect();
        for topics in topics.chunks(BATCH) {
            let commands = self.commands(topics);
            let told = timeout(WITHIN, commands.exec_async(&mut self.server.connection)).await;
            told.map_err(|_| anyhow!("no answer"))??;
            for topic in topics {
                // Subscribed to, and now no longer; or the other way round.
                if !self.topics.remove(topic) {
                    self.topics.insert(*topic);
                }
            }
        }
        Ok(())
    }

    /// Turns each topic's subscription round. A command for each channel: sharded ones allow no more.
    fn commands(&self, topics: &[Topic]) -> Pipeline {
        let mut name = Vec::new();
        let mut pipeline = Pipeline::with_capacity(topics.len());
        for topic in topics {
            self.channels.write(*topic, &mut name);
            let verb: &[u8] = match (self.topics.contains(topic), self.server.is_cluster) {
                (false, false) => b"SUBSCRIBE",
                (false, true) => b"SSUBSCRIBE",
                (true, false) => b"UNSUBSCRIBE",
                (true, true) => b"SUNSUBSCRIBE",
            };
            let mut command = Cmd::with_capacity(2, verb.len() + name.len());
            command.arg(verb).arg(name.as_slice());
            pipeline.add_command(command).ignore();
        }
        pipeline
    }
}
