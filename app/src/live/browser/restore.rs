//! The disk: read once at the start, written behind what happens, forgotten at sign-out.

use std::{cell::Cell, rc::Rc};

use leptos::logging::warn;
use model::RoomId;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    Engine, Store,
    disk::{Contents, Disk, KeptRoom},
    tabs::Note,
};
use crate::live::{Set, agenda::Task};

/// Messages kept of each room.
const TAIL: usize = 60;
/// Rooms are put away this long after they changed, in milliseconds.
const ROOMS: f64 = 1_000.0;
/// The longest a person who signs out waits for other tabs to let go of the disk.
const FORGET: i32 = 1_000;

thread_local! {
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

impl Engine {
    pub(super) fn open_disk(&self) {
        if !matches!(self.state.borrow().store, Store::Opening) {
            return;
        }
        self.spawn(|engine| async move {
            let disk = match Disk::open(engine.me).await {
                Ok(disk) => disk,
                Err(error) => return engine.go_on_without_disk(&error),
            };
            match disk.read().await {
                Ok(contents) => engine.restore(Rc::new(disk), contents),
                Err(error) => engine.go_on_without_disk(&error),
            }
        });
    }

    fn go_on_without_disk(&self, error: &idb::Error) {
        self.warn_of_disk(error);
        self.state.borrow_mut().store = Store::None;
        self.release_saving();
        self.greet();
    }

    /// The disk takes long: the server is greeted without it, and its rooms are not used.
    pub(super) fn start_without_disk(&self) {
        if matches!(self.state.borrow().store, Store::Opening) {
            self.state.borrow_mut().store = Store::Late;
            self.greet();
        }
    }

    /// Takes over what was kept: rooms only as long as the server was not told where this client
    /// stands.
    fn restore(&self, disk: Rc<Disk>, contents: Contents) {
        {
            let mut state = self.state.borrow_mut();
            if matches!(state.store, Store::None) {
                return disk.close();
            }
            state.store = Store::Open(disk);
            for entry in &contents.outbox {
                state.kept.stored(entry);
            }
        }
        let rooms = if self.has_greeted() { Vec::new() } else { contents.rooms };
        if !rooms.is_empty() {
            let kept: Vec<(RoomId, model::Rev)> = rooms.iter().map(|kept| (kept.room.id, kept.rev)).collect();
            self.change(|chat| {
                for KeptRoom { room, rev, messages } in rooms {
                    chat.restore(room, rev, messages);
                }
            });
            self.note_changed_rooms(&kept);
        } else {
            self.note_changed_rooms(&[]);
        }
        self.restore_drafts(contents.drafts);
        self.put_drafts_away();
        self.adopt(contents.outbox, false, &[]);
        self.save();
        self.greet();
        self.settle();
    }

    /// Rooms that the disk holds at another position, or not at all, are to be put away.
    fn note_changed_rooms(&self, kept: &[(RoomId, model::Rev)]) {
        let changed = self.read(|chat| {
            let position =
                |room: RoomId| chat.conversation(room).map(|known| (room, known.timeline.position()));
            let rooms = chat.rooms().into_iter().filter_map(|room| position(room.id));
            rooms.filter(|room| !kept.contains(room)).map(|(room, _)| (room, ())).collect::<Set<_>>()
        });
        self.state.borrow_mut().changed_rooms.extend(changed.unwrap_or_default());
    }

    pub(super) fn plan_rooms(&self) {
        if self.disk().is_some() && !self.state.borrow().changed_rooms.is_empty() {
            self.plan(Task::Rooms, ROOMS);
        }
    }

    /// All changed rooms in one transaction, each with its position.
    pub(super) fn put_rooms_away(&self) {
        let Some(disk) = self.disk() else { return };
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
                put.push(KeptRoom { room: known.room.clone(), rev: known.timeline.position(), messages });
            }
            (put, delete)
        });
        let Some((put, delete)) = rooms else { return };
        self.spawn(|engine| async move {
            if let Err(error) = disk.write_rooms(&put, &delete).await {
                engine.warn_of_disk(&error);
            }
        });
    }

    /// Everything that waits to be written is written now: the page may go.
    pub(super) fn put_away(&self) {
        self.put_rooms_away();
        self.put_drafts_away();
    }

    /// Deletes what the disk holds of this person, here and in the other tabs.
    pub(super) async fn forget(self: Rc<Self>) {
        self.tell_tabs(&Note::Forget);
        self.leave_disk();
        let me = self.me;
        let delete = wasm_bindgen_futures::future_to_promise(async move {
            if let Err(error) = Disk::delete(me).await {
                warn!("what is kept here could not be deleted: {error}");
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

    /// Nothing is read from the disk or written to it any more.
    pub(super) fn leave_disk(&self) {
        let store = {
            let mut state = self.state.borrow_mut();
            state.changed_rooms.clear();
            state.changed_drafts.clear();
            std::mem::replace(&mut state.store, Store::None)
        };
        if let Store::Open(disk) = store {
            disk.close();
        }
    }

    /// Once: it would be the same every time.
    pub(super) fn warn_of_disk(&self, error: &idb::Error) {
        if !WARNED.replace(true) {
            warn!(
                "this browser keeps nothing for Rapport; unsent messages live as long as the page: {error}"
            );
        }
    }
}
