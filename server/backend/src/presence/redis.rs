//! The sockets of all nodes, in a Redis they share; this node's own are counted here as well.

use std::{collections::HashSet, time::Duration};

use ::redis::{Cmd, Pipeline, Script};
use model::{UserId, limits::SOCKETS_PER_USER};

use super::{LIFETIME, SocketId, TooMany, memory::Memory};
use crate::{clock::Clock, redis::Link};

/// A person who connects waits no longer than this for the count.
const WITHIN: Duration = Duration::from_millis(150);
/// What goes on in the background may take longer.
const IN_BACKGROUND: Duration = Duration::from_secs(1);
/// Most people in one write.
const BATCH: usize = 500;
/// A person's key outlives the last socket by the difference, since the clocks of nodes differ.
const KEEP: Duration = Duration::from_secs(LIFETIME.as_secs() + 60);

pub(super) struct Redis {
    link: Link,
    clock: Clock,
    own: Memory,
    arrive: Script,
}

impl Redis {
    pub(super) fn new(link: Link, clock: Clock) -> Self {
        let own = Memory::new(clock.clone());
        Self { link, clock, own, arrive: Script::new(include_str!("arrive.lua")) }
    }

    pub(super) async fn arrive(&self, user: UserId, socket: SocketId) -> Result<(), TooMany> {
        self.own.arrive(user, socket)?;
        let now = self.now();
        let mut arrive = self.arrive.key(self.key(user));
        arrive.arg(socket.0).arg(now).arg(now + millis(LIFETIME)).arg(SOCKETS_PER_USER).arg(millis(KEEP));
        let counted = self
            .link
            .ask(WITHIN, async |mut server| arrive.invoke_async::<bool>(&mut server.connection).await)
            .await;
        // Away: this node's own count has let the socket in.
        if counted.unwrap_or(true) {
            return Ok(());
        }
        self.own.leave(user, socket);
        Err(TooMany)
    }

    pub(super) async fn beat(&self, sockets: &[(UserId, SocketId)]) {
        self.own.beat(sockets);
        let until = self.now() + millis(LIFETIME);
        for sockets in sockets.chunks(BATCH) {
            let mut pipeline = Pipeline::with_capacity(2 * sockets.len());
            for (user, socket) in sockets {
                let key = self.key(*user);
                // Added, not only prolonged: a Redis that lost everything knows everybody again.
                pipeline.cmd("ZADD").arg(&key).arg(until).arg(socket.0).ignore();
                pipeline.cmd("PEXPIRE").arg(&key).arg(millis(KEEP)).ignore();
            }
            if self.tell(pipeline).await.is_err() {
                return;
            }
        }
    }

    pub(super) async fn leave(&self, user: UserId, socket: SocketId) {
        self.own.leave(user, socket);
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.cmd("ZREM").arg(self.key(user)).arg(socket.0).ignore();
        // Away: the socket expires.
        let _ = self.tell(pipeline).await;
    }

    pub(super) async fn online(&self, users: &[UserId]) -> HashSet<UserId> {
        let mut online = self.own.online(users);
        let now = self.now();
        for users in users.chunks(BATCH) {
            let mut pipeline = Pipeline::with_capacity(users.len());
            for user in users {
                let mut count = Cmd::new();
                count.arg("ZCOUNT").arg(self.key(*user)).arg(format!("({now}")).arg("+inf");
                pipeline.add_command(count);
            }
            let counts = self.link.ask(WITHIN, async |mut server| {
                pipeline.query_async::<Vec<u64>>(&mut server.connection).await
            });
            let Ok(counts) = counts.await else { break };
            online.extend(users.iter().zip(counts).filter(|(_, count)| *count > 0).map(|(user, _)| user));
        }
        online
    }

    async fn tell(&self, pipeline: Pipeline) -> Result<(), crate::redis::Away> {
        self.link
            .ask(IN_BACKGROUND, async |mut server| pipeline.exec_async(&mut server.connection).await)
            .await
    }

    fn key(&self, user: UserId) -> String {
        format!("{}:sockets:{user}", self.link.settings().prefix())
    }

    fn now(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis() as i64
}
