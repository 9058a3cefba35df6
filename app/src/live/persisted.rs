//! The outbox in the store beside the one in memory: what must be written so that they agree.

use model::{
    ChangeId, Error, VecMap,
    outbox::{Outbox, Pending},
};

/// What the store is known to hold: the entries, and why each of them failed, if it did.
#[derive(Default)]
pub(super) struct Persisted(VecMap<ChangeId, Option<Error>>);

#[derive(Debug, Default, PartialEq)]
pub(super) struct Writes {
    pub(super) put: Vec<Pending>,
    pub(super) delete: Vec<ChangeId>,
}

impl Writes {
    pub(super) fn is_empty(&self) -> bool {
        self.put.is_empty() && self.delete.is_empty()
    }
}

impl Persisted {
    /// An entry reached the store.
    pub(super) fn stored(&mut self, pending: &Pending) {
        self.0.insert(pending.id, pending.failed.clone());
    }

    /// An entry left the store through another tab.
    pub(super) fn gone(&mut self, id: ChangeId) {
        self.0.remove(&id);
    }

    /// The store was read. Returns the entries that were there before and are not any more:
    /// another tab brought them home or gave them up.
    pub(super) fn read(&mut self, entries: &[Pending]) -> Vec<ChangeId> {
        let present: VecMap<ChangeId, Option<Error>> =
            entries.iter().map(|entry| (entry.id, entry.failed.clone())).collect();
        let before = std::mem::replace(&mut self.0, present);
        before.into_iter().map(|(id, _)| id).filter(|id| !self.0.contains_key(id)).collect()
    }

    /// What to write so that the store agrees with `outbox`, taken as written. An entry that never
    /// reached the store is not this function's business: see `Engine::save`.
    pub(super) fn writes(&mut self, outbox: &Outbox) -> Writes {
        let mut writes = Writes::default();
        self.0.retain(|id, failed| match outbox.get(*id) {
            None => {
                writes.delete.push(*id);
                false
            }
            Some(entry) if entry.failed != *failed => {
                failed.clone_from(&entry.failed);
                writes.put.push(entry.clone());
                true
            }
            Some(_) => true,
        });
        writes
    }
}

#[cfg(test)]
mod tests {
    use model::{Body, Code, RoomId, Timestamp};

    use super::*;

    fn pending() -> Pending {
        Pending::new(RoomId::new(), Body::new("text").unwrap(), Timestamp(0))
    }

    #[test]
    fn the_disk_follows_the_outbox() {
        let (mut persisted, mut outbox) = (Persisted::default(), Outbox::default());
        let (first, second, unsaved) = (pending(), pending(), pending());
        for entry in [&first, &second] {
            persisted.stored(entry);
        }
        for entry in [&first, &second, &unsaved] {
            outbox.push(entry.clone());
        }
        assert!(persisted.writes(&outbox).is_empty());
        outbox.remove(first.id);
        outbox.refuse(second.id, Error::new(Code::Forbidden, "No."), None);
        let writes = persisted.writes(&outbox);
        assert_eq!(writes.delete, [first.id]);
        assert_eq!(writes.put.iter().map(|entry| entry.id).collect::<Vec<_>>(), [second.id]);
        assert!(persisted.writes(&outbox).is_empty());
    }

    #[test]
    fn only_what_was_on_disk_can_be_gone_from_it() {
        let mut persisted = Persisted::default();
        let (ours, theirs) = (pending(), pending());
        persisted.stored(&ours);
        assert_eq!(persisted.read(std::slice::from_ref(&theirs)), [ours.id]);
        assert_eq!(persisted.read(&[theirs]), []);
    }
}
