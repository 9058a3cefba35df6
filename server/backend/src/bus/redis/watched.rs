//! Which topics this node's listeners watch, and which of them Redis has yet to be told of.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use dashmap::DashMap;
use tokio::sync::Notify;

use super::super::Topic;

/// Counts watchers. What changes is noted as a topic to look at, not as an order to carry out: whoever
/// brings the subscriptions in line compares, so coming and going in between costs nothing.
#[derive(Default)]
pub(super) struct Watched {
    counts: DashMap<Topic, usize>,
    changes: Mutex<Changes>,
    changed: Notify,
}

#[derive(Default)]
struct Changes {
    topics: HashSet<Topic>,
    /// How many changes there have been: the number of the newest.
    asked: u64,
}

impl Watched {
    pub(super) fn add(&self, topic: Topic) {
        let mut count = self.counts.entry(topic).or_default();
        *count += 1;
        if *count == 1 {
            // Under the count's lock: a second watcher finds the first one's change noted already.
            self.note(topic);
        }
    }

    pub(super) fn remove(&self, topic: Topic) {
        self.counts.remove_if_mut(&topic, |_, count| {
            *count -= 1;
            let last = *count == 0;
            if last {
                self.note(topic);
            }
            last
        });
    }

    pub(super) fn contains(&self, topic: Topic) -> bool {
        self.counts.contains_key(&topic)
    }

    /// The number of the newest change.
    pub(super) fn asked(&self) -> u64 {
        self.changes().asked
    }

    /// Waits for a change.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Every topic is to be looked at, as on a new connection.
    pub(super) fn look_at_all(&self) {
        // Not while the changes are locked: the counts are locked first everywhere.
        let all: Vec<Topic> = self.counts.iter().map(|entry| *entry.key()).collect();
        self.changes().topics.extend(all);
    }

    /// Takes the topics to look at, with the number of the newest change among them. If there are none,
    /// `settled` is called before anybody can ask for another.
    pub(super) fn take(&self, settled: impl FnOnce()) -> Option<(HashSet<Topic>, u64)> {
        let mut changes = self.changes();
        if changes.topics.is_empty() {
            settled();
            return None;
        }
        Some((std::mem::take(&mut changes.topics), changes.asked))
    }

    fn note(&self, topic: Topic) {
        let mut changes = self.changes();
        changes.topics.insert(topic);
        changes.asked += 1;
        drop(changes);
        self.changed.notify_one();
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::RoomId;

    use super::*;

    #[test]
    fn only_the_first_and_the_last_watcher_make_a_change() {
        let (watched, topic) = (Watched::default(), Topic::Room(RoomId::new()));
        watched.add(topic);
        watched.add(topic);
        assert_eq!(watched.take(|| panic!("there is one")), Some((HashSet::from([topic]), 1)));
        watched.remove(topic);
        let mut settled = false;
        assert_eq!(watched.take(|| settled = true), None);
        assert!(settled && watched.contains(topic));
        watched.remove(topic);
        assert!(!watched.contains(topic));
        assert_eq!(watched.take(|| ()), Some((HashSet::from([topic]), 2)));
    }

    #[test]
    fn a_new_connection_looks_at_all_that_is_watched() {
        let (watched, topic) = (Watched::default(), Topic::Room(RoomId::new()));
        watched.add(topic);
        watched.take(|| ());
        watched.look_at_all();
        assert_eq!(watched.take(|| ()).map(|(topics, _)| topics), Some(HashSet::from([topic])));
    }
}
