//! Messages from the composer to the wire, by way of the disk; and those of the other tabs.

use model::{Chat, MessageId, outbox::Pending};

use super::{Engine, Store, clock::now, tabs::Note};
use crate::live::agenda::Task;

/// The longest a message waits for the disk, in milliseconds.
const SAVING: f64 = 2_000.0;
/// How long a message is left to the tab it was composed in.
const FOREIGN: f64 = 5_000.0;
/// How long the outbox is waited for before messages leave again, in milliseconds.
const READING: f64 = 1_000.0;

impl Engine {
    /// Shows a message at once; it leaves when it is on disk.
    pub(super) fn compose(&self, pending: Pending) {
        let id = pending.id;
        self.change(|chat| chat.compose(pending.clone().held()));
        {
            let mut state = self.state.borrow_mut();
            state.unsaved.push(pending);
            state.saving.insert(id, ());
        }
        self.plan(Task::Saving, SAVING);
        self.save();
    }

    /// Writes what was composed, if the disk is there.
    pub(super) fn save(&self) {
        if matches!(self.state.borrow().store, Store::None) {
            return self.release_saving();
        }
        let Some(disk) = self.disk() else { return };
        let unsaved = std::mem::take(&mut self.state.borrow_mut().unsaved);
        if unsaved.is_empty() {
            return;
        }
        self.spawn(|engine| async move {
            match disk.write_outbox(&unsaved, &[]).await {
                Ok(()) => engine.saved(&unsaved),
                Err(error) => engine.warn_of_disk(&error),
            }
            engine.release(unsaved.iter().map(|pending| pending.id));
            engine.settle();
        });
    }

    fn saved(&self, saved: &[Pending]) {
        let mut state = self.state.borrow_mut();
        for pending in saved {
            state.kept.stored(pending);
        }
        drop(state);
        self.tell_tabs(&Note::Outbox);
    }

    /// The disk is not waited for any longer.
    pub(super) fn release_saving(&self) {
        let saving = std::mem::take(&mut self.state.borrow_mut().saving);
        if matches!(self.state.borrow().store, Store::None) {
            self.state.borrow_mut().unsaved.clear();
        }
        self.release(saving.into_iter().map(|(id, ())| id));
        self.send_ready();
    }

    fn release(&self, ids: impl IntoIterator<Item = MessageId>) {
        let ids: Vec<MessageId> = ids.into_iter().collect();
        let mut state = self.state.borrow_mut();
        for id in &ids {
            state.saving.remove(id);
        }
        if state.saving.is_empty() {
            state.agenda.drop(Task::Saving);
        }
        drop(state);
        self.change_unseen(|chat| ids.into_iter().for_each(|id| chat.release(id)));
    }

    pub(super) fn retry(&self, id: MessageId) {
        self.change(|chat| chat.retry(id));
        self.settle();
    }

    pub(super) fn discard(&self, id: MessageId) {
        self.change(|chat| chat.discard(id));
        self.tell_tabs(&Note::Discarded { id });
        self.settle();
    }

    /// Brings the disk up to the outbox: what arrived leaves it, what failed or is tried again is
    /// stored as such.
    pub(super) fn write_outbox(&self) {
        let Some(disk) = self.disk() else { return };
        let writes = self.read(|chat| self.state.borrow_mut().kept.writes(chat.outbox()));
        let Some(writes) = writes.filter(|writes| !writes.is_empty()) else { return };
        let restated = !writes.put.is_empty();
        self.spawn(|engine| async move {
            if let Err(error) = disk.write_outbox(&writes.put, &writes.delete).await {
                engine.warn_of_disk(&error);
            }
            if restated {
                engine.tell_tabs(&Note::Outbox);
            }
        });
    }

    /// Caught up: what any tab left on the disk is sent from here, and what another tab brought
    /// home or gave up meanwhile is not.
    pub(super) fn take_over_outbox(&self) {
        let Some(disk) = self.disk() else { return };
        self.state.borrow_mut().sends_from = now() + READING;
        self.spawn(|engine| async move {
            let entries = disk.read_outbox().await;
            if let Ok(entries) = entries {
                let gone = engine.state.borrow_mut().kept.read(&entries);
                engine.adopt(entries, false, &gone);
            }
            engine.state.borrow_mut().sends_from = 0.0;
            engine.settle();
        });
    }

    /// Another tab changed the outbox: its messages are shown here, and left to it for a while.
    pub(super) fn look_at_outbox(&self) {
        let Some(disk) = self.disk() else { return };
        self.spawn(|engine| async move {
            let Ok(entries) = disk.read_outbox().await else { return };
            {
                let mut state = engine.state.borrow_mut();
                for entry in &entries {
                    state.kept.stored(entry);
                }
            }
            engine.adopt(entries, true, &[]);
            engine.settle();
        });
    }

    /// Takes over what the disk holds; new messages are held if they are to be left to their tab.
    pub(super) fn adopt(&self, entries: Vec<Pending>, hold: bool, gone: &[MessageId]) {
        let unchanged = |chat: &Chat| {
            let known = |entry: &Pending| {
                chat.outbox().get(entry.id).is_some_and(|known| known.failed == entry.failed)
            };
            gone.is_empty() && entries.iter().all(known)
        };
        if self.read(unchanged) == Some(true) && hold {
            return;
        }
        let fresh = |chat: &Chat| {
            let new = entries.iter().filter(|entry| chat.outbox().get(entry.id).is_none());
            new.map(|entry| entry.id).collect()
        };
        let fresh: Vec<MessageId> = self.read(fresh).unwrap_or_default();
        let ours: Vec<MessageId> = entries.iter().map(|entry| entry.id).collect();
        self.change(|chat| {
            for id in gone {
                chat.discard(*id);
            }
            for entry in entries {
                chat.adopt(if hold { entry.held() } else { entry });
            }
        });
        if hold {
            let mut state = self.state.borrow_mut();
            let until = now() + FOREIGN;
            state.foreign.extend(fresh.into_iter().map(|id| (id, until)));
            drop(state);
            self.plan(Task::Foreign, FOREIGN);
        } else {
            // On disk, whoever composed them.
            self.state.borrow_mut().foreign.clear();
            self.release(ours);
        }
    }

    /// Messages of other tabs that are still here leave from this one.
    pub(super) fn release_foreign(&self) {
        let due = {
            let mut state = self.state.borrow_mut();
            let now = now();
            let due: Vec<MessageId> =
                state.foreign.iter().filter(|(_, until)| **until <= now).map(|(id, _)| *id).collect();
            state.foreign.retain(|_, until| *until > now);
            let next = state.foreign.values().copied().min_by(f64::total_cmp);
            if let Some(next) = next {
                state.agenda.by(Task::Foreign, next);
            }
            due
        };
        self.change_unseen(|chat| due.into_iter().for_each(|id| chat.release(id)));
        self.settle();
    }

    /// Another tab's person gave a message up.
    pub(super) fn discarded_elsewhere(&self, id: MessageId) {
        self.state.borrow_mut().kept.gone(id);
        self.change(|chat| chat.discard(id));
    }
}
