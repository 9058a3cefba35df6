//! Drafts: in memory, in the store, and in the other tabs. What is being written to the store is also in the tab's own
//! storage, which is written at once: WebKit gives up the transactions of a page that is reloaded or left.

use leptos::prelude::*;
use model::{RoomId, VecMap};

use super::{Engine, StoreState, Task, tabs::TabMessage};
use crate::{live::Drafts, ui::tab_storage};

/// The longest that a change of a draft waits to be written, in milliseconds. A browser that crashes loses no
/// more than what was typed in this time, however fast somebody types.
const DELAY: f64 = 300.0;

impl Engine {
    /// A draft changed here.
    pub(super) fn draft_changed(&self, room: RoomId) {
        {
            let mut state = self.state.borrow_mut();
            state.changed_drafts.insert(room, ());
            state.scheduler.set_by(Task::Drafts, super::now() + DELAY);
        }
        // What was sent is no draft any more: whoever reloads at once is not to send it again.
        let is_over = |drafts: &Drafts| drafts.get(&room).is_none_or(String::is_empty);
        if self.drafts.try_with_untracked(is_over) == Some(true) {
            self.persist_drafts();
        }
        self.rearm();
    }

    pub(super) fn persist_drafts(&self) {
        // What is written before the store is there wins over what the store holds.
        if matches!(self.state.borrow().store, StoreState::Opening) {
            return;
        }
        let changed = std::mem::take(&mut self.state.borrow_mut().changed_drafts);
        if changed.is_empty() {
            return;
        }
        let texts = self.drafts.try_with_untracked(|drafts| {
            let text = |(room, ()): (RoomId, ())| (room, drafts.get(&room).cloned().unwrap_or_default());
            changed.into_iter().map(text).collect::<VecMap<_, _>>()
        });
        let Some(texts) = texts else { return };
        for (room, text) in texts.iter() {
            self.notify_tabs(&TabMessage::Draft { room: *room, text: text.clone() });
        }
        self.keep_in_tab(&texts);
        let Some(store) = self.store() else { return };
        self.spawn(|engine| async move {
            match store.write_drafts(&texts).await {
                Ok(()) => engine.forget_in_tab(&texts),
                Err(error) => engine.warn_of_store(&error),
            }
        });
    }

    fn keep_in_tab(&self, texts: &VecMap<RoomId, String>) {
        for (room, text) in texts.iter() {
            // A full storage loses what WebKit does not write in time.
            tab_storage::set(&format!("{}{room}", self.prefix()), text);
        }
    }

    /// These texts are in the store. A newer one of the same room may be on its way there.
    fn forget_in_tab(&self, texts: &VecMap<RoomId, String>) {
        for (room, text) in texts.iter() {
            let key = format!("{}{room}", self.prefix());
            if tab_storage::get(&key).as_ref() == Some(text) {
                tab_storage::remove(&key);
            }
        }
    }

    /// The texts that did not reach the store before this page was loaded count as written here.
    fn restore_from_tab(&self) {
        let prefix = self.prefix();
        for kept in tab_storage::after(&prefix) {
            let Ok(room) = kept.parse() else { continue };
            if self.state.borrow_mut().changed_drafts.insert(room, ()).is_some() {
                continue;
            }
            let text = tab_storage::get(&format!("{prefix}{kept}")).unwrap_or_default();
            self.drafts.try_update(|drafts| match text.is_empty() {
                true => drafts.remove(&room),
                false => drafts.insert(room, text),
            });
        }
    }

    fn prefix(&self) -> String {
        format!("rapport-draft-{}-", self.me)
    }

    /// Takes over the drafts that were kept, except where somebody has written here since. A draft that is not
    /// among them any more was sent or emptied in another tab.
    pub(super) fn restore_drafts(&self, mut kept: Drafts) {
        self.restore_from_tab();
        let changed_here: Vec<RoomId> = self.state.borrow().changed_drafts.keys().copied().collect();
        self.drafts.try_maybe_update(|drafts| {
            for room in changed_here {
                kept.remove(&room);
                kept.extend(drafts.remove(&room).map(|text| (room, text)));
            }
            (*drafts != kept, *drafts = kept)
        });
    }

    /// The room is no more for this person.
    pub(super) fn drop_draft(&self, room: RoomId) {
        self.drafts.try_update(|drafts| drafts.remove(&room));
        self.draft_changed(room);
    }

    /// A draft changed in another tab. What was written here since the last telling stands: the other tabs are
    /// about to hear of it.
    pub(super) fn draft_changed_elsewhere(&self, room: RoomId, text: String) {
        if self.state.borrow().changed_drafts.contains_key(&room) {
            return;
        }
        self.drafts.try_update(|drafts| {
            if text.is_empty() {
                drafts.remove(&room);
            } else {
                drafts.insert(room, text);
            }
        });
    }
}
