//! The bus of an instance of one node: a function call.

use std::sync::{Arc, OnceLock};

use dashmap::DashMap;

use super::{Notice, Sink, Topic};

#[derive(Clone, Default)]
pub(super) struct InProcess(Arc<Inner>);

#[derive(Default)]
struct Inner {
    sink: OnceLock<Sink>,
    watched: DashMap<Topic, usize>,
}

impl InProcess {
    pub(super) fn attach(&self, sink: Sink) {
        let first = self.0.sink.set(sink).is_ok();
        debug_assert!(first, "a node has one sink");
        self.watch(Topic::Sessions);
    }

    pub(super) fn watch(&self, topic: Topic) {
        *self.0.watched.entry(topic).or_default() += 1;
    }

    pub(super) fn unwatch(&self, topic: Topic) {
        self.0.watched.remove_if_mut(&topic, |_, count| {
            *count -= 1;
            *count == 0
        });
    }

    pub(super) fn publish(&self, notice: &Notice) {
        if !self.0.watched.contains_key(&notice.topic()) {
            return;
        }
        if let Some(sink) = self.0.sink.get() {
            sink(notice);
        }
    }
}
