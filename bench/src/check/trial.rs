//! People who talk on a cluster that a test breaks, and the oracle's word on what became of it.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    crowd::Crowd,
    finish::{self, Grace},
    oracle::{Findings, judge},
    run::accepted,
};
use crate::{
    client::{Handle, Http},
    random::Random,
    world::{Database, people},
};

/// Generous: the machine may be busy with other things.
const GRACE: Grace = Grace { within: Duration::from_secs(60), stands: Duration::from_secs(2) };
const LOOK: Duration = Duration::from_millis(20);

pub struct Trial {
    crowd: Arc<Crowd>,
    database: Database,
    random: Random,
}

impl Trial {
    /// So many people with two devices each, in so many chats, all connected.
    ///
    /// # Errors
    /// They cannot be made, or do not come in.
    pub async fn start(http: &Http, database: Database, count: usize, rooms: usize) -> anyhow::Result<Self> {
        let people = people(http, &database, count, rooms).await?;
        let mut random = Random::new(rand::random());
        let crowd = Arc::new(Crowd::connect(people, &mut random));
        let trial = Self { crowd, database, random };
        anyhow::ensure!(trial.all_here(GRACE.within).await, "not everybody could connect");
        Ok(trial)
    }

    /// Everybody writes `rate` messages a second for so long. Returns at the end.
    pub fn talk(&mut self, rate: f64, time: Duration) -> impl Future<Output = ()> + use<> {
        let end = Instant::now() + time;
        let mut talks = JoinSet::new();
        for member in 0..self.crowd.members.len() {
            let (crowd, random) = (self.crowd.clone(), self.random.fork());
            talks.spawn(async move { crowd.talk(member, rate, end, random).await });
        }
        async move {
            talks.join_all().await;
        }
    }

    pub fn devices(&self) -> Vec<Handle> {
        self.crowd.devices().map(|(_, handle)| handle.clone()).collect()
    }

    /// Everybody writes one message by a form, at this node.
    pub async fn post(&self, node: &str) {
        for member in 0..self.crowd.members.len() {
            self.crowd.post(member, node).await;
        }
    }

    /// Waits until everybody is caught up; false if that takes longer.
    pub async fn all_here(&self, within: Duration) -> bool {
        let here = async {
            while !self.crowd.devices().all(|(_, handle)| handle.status().caught_up) {
                sleep(LOOK).await;
            }
        };
        tokio::time::timeout(within, here).await.is_ok()
    }

    /// How many different messages were accepted by now.
    pub fn accepted(&self) -> u64 {
        accepted(&self.crowd.journal.record())
    }

    /// Lets everybody catch up, reads everything, and judges.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn judge(self) -> anyhow::Result<Findings> {
        finish::catch_up(&self.crowd, &self.database, GRACE).await?;
        finish::read(&self.crowd, &self.database).await?;
        let record = std::mem::take(&mut *self.crowd.journal.record());
        Ok(judge(&record))
    }
}
