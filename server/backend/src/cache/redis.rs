//! A cache that all nodes share.

use std::time::Duration;

use ::redis::Pipeline;

use super::{Cache, Key};
use crate::redis::{Away, Link};

/// A cache slower than this is none.
const WITHIN: Duration = Duration::from_millis(150);
/// Most lifetimes in one write.
const RENEWED: usize = 500;
/// Stands where something was forgotten. No value is empty: each is JSON.
const BAR: &str = "";

pub(super) struct Redis {
    link: Link,
}

impl Redis {
    pub(super) fn new(link: Link) -> Self {
        Self { link }
    }

    pub(super) async fn get_many(&self, keys: &[Key]) -> Vec<Option<Vec<u8>>> {
        // Not one MGET: in a cluster the keys lie in different slots. The round trip is one all the same.
        let mut pipeline = Pipeline::with_capacity(keys.len());
        for key in keys {
            pipeline.cmd("GET").arg(self.name(*key));
        }
        let values = self.link.ask(WITHIN, async |mut server| {
            pipeline.query_async::<Vec<Option<Vec<u8>>>>(&mut server.connection).await
        });
        match values.await {
            Ok(values) => {
                values.into_iter().map(|value| value.filter(|value| value != BAR.as_bytes())).collect()
            }
            Err(Away) => vec![None; keys.len()],
        }
    }

    pub(super) async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) {
        let mut pipeline = Pipeline::with_capacity(entries.len());
        for (key, value) in &entries {
            let lifetime = key.lifetime().as_secs();
            pipeline.cmd("SET").arg(self.name(*key)).arg(value).arg("EX").arg(lifetime).arg("NX").ignore();
        }
        // Away: nothing is kept.
        let _ = self.tell(pipeline).await;
    }

    pub(super) async fn renew(&self, keys: &[Key]) {
        for keys in keys.chunks(RENEWED) {
            let mut pipeline = Pipeline::with_capacity(keys.len());
            for key in keys {
                let lifetime = key.lifetime().as_secs();
                pipeline.cmd("EXPIRE").arg(self.name(*key)).arg(lifetime).arg("GT").ignore();
            }
            // Away: there is nothing to renew.
            let _ = self.tell(pipeline).await;
        }
    }

    pub(super) async fn forget(&self, key: Key) -> Result<(), Away> {
        let mut pipeline = Pipeline::with_capacity(1);
        let barred = Cache::BARRED_FOR.as_secs();
        pipeline.cmd("SET").arg(self.name(key)).arg(BAR).arg("EX").arg(barred).ignore();
        self.tell(pipeline).await
    }

    async fn tell(&self, pipeline: Pipeline) -> Result<(), Away> {
        self.link.ask(WITHIN, async |mut server| pipeline.exec_async(&mut server.connection).await).await
    }

    fn name(&self, key: Key) -> String {
        format!("{}:cache:{key}", self.link.settings().prefix())
    }
}
