//! Limits counted by all nodes together, in a Redis they share.

use std::time::Duration;

use ::redis::Script;

use super::{Key, Limit};
use crate::{
    clock::Clock,
    redis::{Away, Link},
};

/// Nobody waits longer to hear whether he may.
const WITHIN: Duration = Duration::from_millis(150);
/// What a key outlives its use by, in milliseconds: the clocks of nodes differ a little.
const SLACK: i64 = 60_000;

pub(super) struct Redis {
    link: Link,
    clock: Clock,
    take: Script,
    give_back: Script,
}

impl Redis {
    pub(super) fn new(link: Link, clock: Clock) -> Self {
        Self {
            link,
            clock,
            take: Script::new(include_str!("take.lua")),
            give_back: Script::new(include_str!("give_back.lua")),
        }
    }

    /// Lets one try pass, or says how many milliseconds it has to wait.
    ///
    /// # Errors
    /// The counts cannot be reached: it is not known whether it may pass.
    pub(super) async fn take(&self, limit: Limit, key: Key) -> Result<Option<u32>, Away> {
        let every = limit.every().as_millis() as i64;
        let mut take = self.take.key(self.name(limit, key));
        take.arg(self.clock.now().timestamp_millis());
        take.arg(every).arg(every * i64::from(limit.burst())).arg(SLACK);
        let wait: i64 =
            self.link.ask(WITHIN, async |mut server| take.invoke_async(&mut server.connection).await).await?;
        Ok((wait > 0).then(|| u32::try_from(wait).unwrap_or(u32::MAX)))
    }

    /// Takes a try back that passed. What cannot be told counts.
    pub(super) async fn give_back(&self, limit: Limit, key: Key) {
        let mut give_back = self.give_back.key(self.name(limit, key));
        give_back.arg(limit.every().as_millis() as i64);
        let told = self
            .link
            .ask(WITHIN, async |mut server| give_back.invoke_async::<i64>(&mut server.connection).await);
        // Away: the link has said so.
        let _ = told.await;
    }

    fn name(&self, limit: Limit, key: Key) -> String {
        let (prefix, limit) = (self.link.settings().prefix(), limit.name());
        match key {
            Key::User(user) => format!("{prefix}:limit:{limit}:{user}"),
            Key::Address(address) => format!("{prefix}:limit:{limit}:{address}"),
            Key::Text(hash) => format!("{prefix}:limit:{limit}:{:032x}", u128::from_be_bytes(hash)),
        }
    }
}
