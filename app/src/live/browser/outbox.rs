//! Messages and changes of messages from the views to the client, by way of the store; and those of the other tabs.

use client::Event;
use leptos::prelude::*;
use model::{
    ChangeId, Chat, RoomId, Seq,
    outbox::{Lane, Pending},
    wire::ClientFrame,
};

use super::{Engine, StoreState, Task, clock::now, tabs::TabMessage};
use crate::ui::tab_storage;

/// The longest an entry of the outbox waits for the store, in milliseconds.
const SAVING: f64 = 2_000.0;
/// How long an entry is left to the tab it was composed in.
const OTHER_TABS: f64 = 5_000.0;

impl Engine {
    /// Shows a message or a change at once; it is sent when it is stored.
    pub(super) fn compose(&self, pending: Pending) {
        let id = pending.id;
        // Written at once: WebKit gives up the transactions of a page that is reloaded or left.
        if let Ok(text) = serde_json::to_string(&pending) {
            tab_storage::set(&self.tab_key(id), &text);
        }
        self.change(|chat| chat.compose(pending.clone().held()));
        {
            let mut state = self.state.borrow_mut();
            state.unsaved.push(pending);
            state.saving.insert(id, ());
        }
        self.plan(Task::Saving, SAVING);
        self.save();
    }

    /// Writes what was composed, if the store is there.
    pub(super) fn save(&self) {
        if matches!(self.state.borrow().store, StoreState::None) {
            return self.release_saving();
        }
        let Some(store) = self.store() else { return };
        let unsaved = std::mem::take(&mut self.state.borrow_mut().unsaved);
        if unsaved.is_empty() {
            return;
        }
        self.spawn(|engine| async move {
            match store.write_outbox(&unsaved, &[]).await {
                Ok(()) => engine.saved(&unsaved),
                Err(error) => engine.warn_of_store(&error),
            }
            engine.release(unsaved.iter().map(|pending| pending.id));
            engine.handle(Event::Changed);
        });
    }

    /// Composes again what did not reach the store before this page was loaded: under its id, so that it is one message
    /// whatever became of it.
    pub(super) fn compose_from_tab(&self) {
        let prefix = self.tab_key("");
        let texts =
            tab_storage::after(&prefix).into_iter().filter_map(|id| tab_storage::get(&self.tab_key(id)));
        let pending: Vec<Pending> =
            texts.filter_map(|text| serde_json::from_slice(text.as_bytes()).ok()).collect();
        pending.into_iter().for_each(|pending| self.compose(pending));
    }

    fn tab_key(&self, id: impl std::fmt::Display) -> String {
        format!("rapport-outbox-{}-{id}", self.me)
    }

    fn saved(&self, saved: &[Pending]) {
        let mut state = self.state.borrow_mut();
        for pending in saved {
            state.persisted.stored(pending);
            tab_storage::remove(&self.tab_key(pending.id));
        }
        drop(state);
        self.notify_tabs(&TabMessage::Outbox);
    }

    /// The store is not waited for any longer.
    pub(super) fn release_saving(&self) {
        let saving = std::mem::take(&mut self.state.borrow_mut().saving);
        if matches!(self.state.borrow().store, StoreState::None) {
            self.state.borrow_mut().unsaved.clear();
            saving.keys().for_each(|id| tab_storage::remove(&self.tab_key(*id)));
        }
        self.release(saving.into_iter().map(|(id, ())| id));
        self.handle(Event::Changed);
    }

    fn release(&self, ids: impl IntoIterator<Item = ChangeId>) {
        let ids: Vec<ChangeId> = ids.into_iter().collect();
        let mut state = self.state.borrow_mut();
        for id in &ids {
            state.saving.remove(id);
        }
        if state.saving.is_empty() {
            state.scheduler.cancel(Task::Saving);
        }
        drop(state);
        self.change_unseen(|chat| ids.into_iter().for_each(|id| chat.release(id)));
    }

    pub(super) fn retry(&self, id: ChangeId) {
        self.change(|chat| chat.retry(id));
        self.handle(Event::Changed);
    }

    pub(super) fn discard(&self, id: ChangeId) {
        tab_storage::remove(&self.tab_key(id));
        self.change(|chat| chat.discard(id));
        self.notify_tabs(&TabMessage::Discarded { id });
        self.handle(Event::Changed);
    }

    /// A view brought a page of history; `fetch` asks for what changed in it since.
    pub(super) fn page_loaded(&self, room: RoomId, fetch: Option<ClientFrame>) {
        self.state.borrow_mut().changed_rooms.insert(room, ());
        self.handle(Event::PageLoaded { fetch });
    }

    pub(super) fn read_upto(&self, room: RoomId, seq: Seq) {
        let is_new = self.chat.try_maybe_update(|chat| {
            let is_new = chat.read_upto(room, seq);
            (is_new, is_new)
        });
        if is_new == Some(true) {
            self.state.borrow_mut().changed_rooms.insert(room, ());
            self.handle(Event::Changed);
        }
    }

    /// Brings the store up to the outbox: what arrived leaves it, what failed or is tried again is
    /// stored as such.
    pub(super) fn write_outbox(&self) {
        let Some(store) = self.store() else { return };
        let writes = self.read(|chat| self.state.borrow_mut().persisted.writes(chat.outbox()));
        let Some(writes) = writes.filter(|writes| !writes.is_empty()) else { return };
        self.spawn(|engine| async move {
            if let Err(error) = store.write_outbox(&writes.put, &writes.delete).await {
                engine.warn_of_store(&error);
            }
            engine.notify_tabs(&TabMessage::Outbox);
        });
    }

    /// Caught up: what any tab left in the store is sent from here, and what another tab sent or
    /// discarded meanwhile is not.
    pub(super) fn take_over_outbox(&self) {
        let Some(store) = self.store() else { return self.handle(Event::OutboxRead) };
        self.spawn(|engine| async move {
            let entries = store.read_outbox().await;
            if let Ok(entries) = entries {
                let gone = engine.state.borrow_mut().persisted.read(&entries);
                engine.adopt(entries, false, &gone);
            }
            engine.handle(Event::OutboxRead);
        });
    }

    /// Another tab changed the outbox: its new entries are shown here, and left to it for a while. A change that left the
    /// store is dropped; a message is shown until its number is here.
    pub(super) fn show_outbox_of_other_tab(&self) {
        let Some(store) = self.store() else { return };
        self.spawn(|engine| async move {
            let Ok(entries) = store.read_outbox().await else { return };
            let mut gone = engine.state.borrow_mut().persisted.read(&entries);
            engine.read(|chat| {
                let is_change = |id| chat.outbox().get(id).is_some_and(|entry| entry.lane() == Lane::Changes);
                gone.retain(|id| is_change(*id));
            });
            engine.adopt(entries, true, &gone);
            engine.handle(Event::Changed);
        });
    }

    /// Takes over what the store holds; new entries are held if they are to be left to their tab.
    pub(super) fn adopt(&self, entries: Vec<Pending>, hold: bool, gone: &[ChangeId]) {
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
        let fresh: Vec<ChangeId> = self.read(fresh).unwrap_or_default();
        let ours: Vec<ChangeId> = entries.iter().map(|entry| entry.id).collect();
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
            let until = now() + OTHER_TABS;
            state.from_other_tabs.extend(fresh.into_iter().map(|id| (id, until)));
            drop(state);
            self.plan(Task::OtherTabs, OTHER_TABS);
        } else {
            // Stored, whoever composed them.
            self.state.borrow_mut().from_other_tabs.clear();
            self.release(ours);
        }
    }

    /// What other tabs composed and is still here is sent from this one.
    pub(super) fn release_from_other_tabs(&self) {
        let due = {
            let mut state = self.state.borrow_mut();
            let now = now();
            let due: Vec<ChangeId> =
                state.from_other_tabs.iter().filter(|(_, until)| **until <= now).map(|(id, _)| *id).collect();
            state.from_other_tabs.retain(|_, until| *until > now);
            let next = state.from_other_tabs.values().copied().min_by(f64::total_cmp);
            if let Some(next) = next {
                state.scheduler.set_by(Task::OtherTabs, next);
            }
            due
        };
        self.change_unseen(|chat| due.into_iter().for_each(|id| chat.release(id)));
        self.handle(Event::Changed);
    }

    /// The person discarded an entry in another tab.
    pub(super) fn discarded_elsewhere(&self, id: ChangeId) {
        self.state.borrow_mut().persisted.gone(id);
        self.change(|chat| chat.discard(id));
    }
}
