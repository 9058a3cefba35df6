//! Drafts: in memory, on disk, and in the other tabs.

use leptos::prelude::*;
use model::{RoomId, VecMap};

use super::{Engine, Store, tabs::Note};
use crate::live::{Drafts, agenda::Task};

/// A draft is put away when its writer pauses for this long, in milliseconds.
const PAUSE: f64 = 300.0;

impl Engine {
    /// A draft changed here.
    pub(super) fn drafted(&self, room: RoomId) {
        {
            let mut state = self.state.borrow_mut();
            state.changed_drafts.insert(room, ());
            state.agenda.set(Task::Drafts, super::now() + PAUSE);
        }
        // What was sent is no draft any more: whoever reloads at once is not to send it again.
        let is_over = |drafts: &Drafts| drafts.get(&room).is_none_or(String::is_empty);
        if self.drafts.try_with_untracked(is_over) == Some(true) {
            self.put_drafts_away();
        }
        self.rearm();
    }

    pub(super) fn put_drafts_away(&self) {
        // What is written before the disk is there wins over what the disk holds.
        if matches!(self.state.borrow().store, Store::Opening | Store::Late) {
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
            self.tell_tabs(&Note::Draft { room: *room, text: text.clone() });
        }
        let Some(disk) = self.disk() else { return };
        self.spawn(|engine| async move {
            if let Err(error) = disk.write_drafts(&texts).await {
                engine.warn_of_disk(&error);
            }
        });
    }

    /// What was kept, except where somebody has written since.
    pub(super) fn restore_drafts(&self, mut kept: Drafts) {
        {
            let state = self.state.borrow();
            kept.retain(|room, _| !state.changed_drafts.contains_key(room));
        }
        if !kept.is_empty() {
            self.drafts.try_update(|drafts| drafts.extend(kept));
        }
    }

    /// The room is no more for this person.
    pub(super) fn drop_draft(&self, room: RoomId) {
        self.drafts.try_update(|drafts| drafts.remove(&room));
        self.drafted(room);
    }

    /// A draft changed in another tab.
    pub(super) fn drafted_elsewhere(&self, room: RoomId, text: String) {
        self.drafts.try_update(|drafts| {
            if text.is_empty() {
                drafts.remove(&room);
            } else {
                drafts.insert(room, text);
            }
        });
    }
}
