//! The store: read once at the start, written behind what happens, forgotten at sign-out.

use std::{cell::Cell, rc::Rc};

use client::Event;
use leptos::logging::warn;
use model::RoomId;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    Engine, StoreState, Task,
    clock::now,
    store::{Contents, Store, StoredRoom},
    tabs::TabMessage,
};
use crate::{live::Set, ui::tab_storage};

/// Messages stored of each room.
const TAIL: usize = 60;
/// Rooms are written this long after they changed, in milliseconds.
const ROOMS: f64 = 1_000.0;
/// The longest a person who signs out waits for other tabs to let go of the store.
const FORGET: i32 = 1_000;

thread_local! {
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

impl Engine {
    pub(super) fn open_store(&self) {
        if !matches!(self.state.borrow().store, StoreState::Opening) {
            return;
        }
        self.spawn(|engine| async move {
            let store = match Store::open(engine.me).await {
                Ok(store) => store,
                Err(error) => return engine.go_on_without_store(&error),
            };
            match store.read().await {
                Ok(contents) => engine.restore(Rc::new(store), contents),
                Err(error) => engine.go_on_without_store(&error),
            }
        });
    }

    fn go_on_without_store(&self, error: &idb::Error) {
        self.warn_of_store(error);
        self.state.borrow_mut().store = StoreState::None;
        self.compose_from_tab();
        self.release_saving();
        self.handle(Event::StoreRead);
    }

    /// Takes over what was stored: the rooms only as long as `hello` was not sent.
    fn restore(&self, store: Rc<Store>, contents: Contents) {
        {
            let mut state = self.state.borrow_mut();
            if matches!(state.store, StoreState::None) {
                return store.close();
            }
            state.store = StoreState::Open(store);
            for entry in &contents.outbox {
                state.persisted.stored(entry);
            }
        }
        let rooms = if self.client.borrow().has_sent_hello() { Vec::new() } else { contents.rooms };
        if !rooms.is_empty() {
            let stored: Vec<(RoomId, model::Rev)> =
                rooms.iter().map(|stored| (stored.room.id, stored.rev)).collect();
            self.change(|chat| {
                for StoredRoom { room, rev, messages } in rooms {
                    chat.restore(room, rev, messages);
                }
            });
            self.note_changed_rooms(&stored);
        } else {
            self.note_changed_rooms(&[]);
        }
        self.restore_drafts(contents.drafts);
        self.persist_drafts();
        self.adopt(contents.outbox, false, &[]);
        self.compose_from_tab();
        self.save();
        self.handle(Event::StoreRead);
    }

    /// Rooms that the store holds at another position, or not at all, are to be written.
    fn note_changed_rooms(&self, stored: &[(RoomId, model::Rev)]) {
        let changed = self.read(|chat| {
            let position =
                |room: RoomId| chat.conversation(room).map(|known| (room, known.timeline.position()));
            let rooms = chat.rooms().into_iter().filter_map(|room| position(room.id));
            rooms.filter(|room| !stored.contains(room)).map(|(room, _)| (room, ())).collect::<Set<_>>()
        });
        self.state.borrow_mut().changed_rooms.extend(changed.unwrap_or_default());
    }

    pub(super) fn plan_rooms(&self) {
        let mut state = self.state.borrow_mut();
        if matches!(state.store, StoreState::Open(_)) && !state.changed_rooms.is_empty() {
            state.scheduler.set_by(Task::Rooms, now() + ROOMS);
        }
    }

    /// All changed rooms in one transaction, each with its position.
    pub(super) fn persist_rooms(&self) {
        let Some(store) = self.store() else { return };
        let changed = std::mem::take(&mut self.state.borrow_mut().changed_rooms);
        if changed.is_empty() {
            return;
        }
        let rooms = self.read(|chat| {
            let (mut put, mut delete) = (Vec::new(), Vec::new());
            for (room, ()) in changed {
                let Some(known) = chat.conversation(room) else {
                    delete.push(room);
                    continue;
                };
                let messages = known.timeline.tail(TAIL);
                put.push(StoredRoom { room: known.room.clone(), rev: known.timeline.position(), messages });
            }
            (put, delete)
        });
        let Some((put, delete)) = rooms else { return };
        self.spawn(|engine| async move {
            if let Err(error) = store.write_rooms(&put, &delete).await {
                engine.warn_of_store(&error);
            }
        });
    }

    /// Everything that waits to be written is written now: the page may go.
    pub(super) fn persist(&self) {
        self.persist_rooms();
        self.persist_drafts();
    }

    /// Deletes what the store holds of this person, here and in the other tabs.
    pub(super) async fn forget(self: Rc<Self>) {
        self.notify_tabs(&TabMessage::Forget);
        self.leave_store();
        let me = self.me;
        let delete = wasm_bindgen_futures::future_to_promise(async move {
            if let Err(error) = Store::delete(me).await {
                warn!("what is stored here could not be deleted: {error}");
            }
            Ok(JsValue::UNDEFINED)
        });
        let limit = js_sys::Promise::new(&mut |resolve, _| {
            let window = leptos::prelude::window();
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, FORGET);
        });
        // A tab that does not let go holds this up; the deletion then follows by itself.
        let first = js_sys::Promise::race(&js_sys::Array::of2(&delete, &limit));
        let _ = JsFuture::from(first).await;
    }

    /// Nothing is read from the store or written to it any more.
    pub(super) fn leave_store(&self) {
        // An edit in progress, positions, drafts on their way to the store.
        tab_storage::clear();
        let store = {
            let mut state = self.state.borrow_mut();
            state.changed_rooms.clear();
            state.changed_drafts.clear();
            std::mem::replace(&mut state.store, StoreState::None)
        };
        if let StoreState::Open(store) = store {
            store.close();
        }
    }

    /// Once: it would be the same every time.
    pub(super) fn warn_of_store(&self, error: &idb::Error) {
        if !WARNED.replace(true) {
            warn!(
                "this browser stores nothing for Rapport; unsent messages live as long as the page: {error}"
            );
        }
    }
}
