//! Drives [`client::Client`] in the browser: what happens to the socket, the page, the store and the other tabs
//! becomes its events, and its effects become sockets, calls and changes of the one [`model::Chat`] on the screen.
//!
//! Everything runs on the page's one thread. The state is borrowed for moments only, never while a
//! signal changes or a socket is dropped, so that whatever happens may happen at any time.

mod alarm;
mod clock;
mod connection;
mod drafts;
mod effects;
mod listener;
mod outbox;
mod page;
mod polling;
mod receive;
mod restore;
mod socket;
mod store;
mod tabs;

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use client::{Client, Event, Link, Scheduler, State as ClientState};
use leptos::prelude::*;
use model::{ChangeId, Chat, RoomId, Seq, UserId, VecMap, outbox::Pending, wire::ClientFrame};

use super::{Drafts, Set, persisted::Persisted};
use alarm::Alarm;
use clock::now;
use listener::Listener;
use socket::Socket;
use store::Store;
use tabs::{TabMessage, Tabs};

/// The engine as the views' handle carries it.
#[derive(Clone, Copy)]
pub(super) struct Runtime(StoredValue<Rc<Engine>, LocalStorage>);

struct Engine {
    me: UserId,
    chat: RwSignal<Chat>,
    link: RwSignal<Link>,
    drafts: RwSignal<Drafts>,
    client: RefCell<Client>,
    state: RefCell<State>,
    alarm: Alarm,
    listeners: RefCell<Vec<Listener>>,
    this: Weak<Engine>,
}

/// What the browser is to do later, beside what the client plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    /// Apply the frames that gathered.
    Frames,
    /// The store takes too long: new messages and changes are sent without it.
    Saving,
    /// Send what other tabs composed and is still here.
    OtherTabs,
    /// Write the changed rooms to the store.
    Rooms,
    /// Write the changed drafts to the store.
    Drafts,
}

#[derive(Default)]
struct State {
    socket: Option<Socket>,
    /// Counts connections: the events of a former one are ignored.
    generation: u32,
    /// When a frame last came, by the device's clock: that goes on while the device sleeps.
    heard_at: f64,
    /// Frames that came and are not applied yet.
    inbox: Vec<String>,
    /// When frames were last applied.
    applied_at: f64,
    scheduler: Scheduler<Task>,
    store: StoreState,
    persisted: Persisted,
    /// Composed here, and not yet being written.
    unsaved: Vec<Pending>,
    /// Composed here, and not yet known to be stored: held.
    saving: Set<ChangeId>,
    /// Composed in other tabs: held until then, in case the other tab is gone.
    from_other_tabs: VecMap<ChangeId, f64>,
    changed_rooms: Set<RoomId>,
    changed_drafts: Set<RoomId>,
    tabs: Option<Tabs>,
    /// The code for polling, once it was needed.
    calls: Option<polling::Calls>,
    /// The change that each room had come to when its page was fetched by a poll.
    polled: VecMap<RoomId, model::Rev>,
}

#[derive(Default)]
enum StoreState {
    /// Not answered yet.
    #[default]
    Opening,
    Open(Rc<Store>),
    /// This browser stores nothing for us: everything goes on in memory.
    None,
}

pub(super) fn forget_everybody() {
    crate::ui::tab_storage::clear();
    leptos::task::spawn_local(async {
        // Where it cannot be done the next page of somebody does it.
        let _ = store::delete_all().await;
    });
}

impl Runtime {
    pub(super) fn new(
        me: UserId,
        chat: RwSignal<Chat>,
        link: RwSignal<Link>,
        drafts: RwSignal<Drafts>,
    ) -> Self {
        Self(StoredValue::new_local(Engine::new(me, chat, link, drafts)))
    }

    /// Runs until the current owner is cleaned up.
    pub(super) fn start(self) {
        self.run(Engine::start);
        let link = self.0.try_with_value(|engine| engine.link);
        if let Some(link) = link {
            Effect::new(move || page::show_link(link.get()));
        }
        on_cleanup(move || self.run(Engine::stop));
    }

    pub(super) fn compose(self, pending: Pending) {
        self.run(|engine| engine.compose(pending));
    }

    pub(super) fn retry(self, id: ChangeId) {
        self.run(|engine| engine.retry(id));
    }

    pub(super) fn discard(self, id: ChangeId) {
        self.run(|engine| engine.discard(id));
    }

    pub(super) fn read_upto(self, room: RoomId, seq: Seq) {
        self.run(|engine| engine.read_upto(room, seq));
    }

    pub(super) fn page_loaded(self, room: RoomId, fetch: Option<ClientFrame>) {
        self.run(|engine| engine.page_loaded(room, fetch));
    }

    pub(super) fn draft_changed(self, room: RoomId) {
        self.run(|engine| engine.draft_changed(room));
    }

    pub(super) async fn forget(self) {
        let engine = self.0.try_with_value(Rc::clone);
        if let Some(engine) = engine {
            engine.forget().await;
        }
    }

    /// Nothing happens once the owner is gone.
    fn run(self, act: impl FnOnce(&Engine)) {
        if let Some(engine) = self.0.try_with_value(Rc::clone) {
            act(&engine);
        }
    }
}

/// Now, by the device's clock.
pub(super) fn today() -> model::Timestamp {
    clock::today()
}

impl Engine {
    fn new(me: UserId, chat: RwSignal<Chat>, link: RwSignal<Link>, drafts: RwSignal<Drafts>) -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let engine = this.clone();
            let ring = move || {
                if let Some(engine) = engine.upgrade() {
                    engine.tick();
                }
            };
            let client = RefCell::new(Client::new(me, clock::seed()));
            let (alarm, state, listeners) = (Alarm::new(ring), RefCell::default(), RefCell::default());
            Self { me, chat, link, drafts, client, state, alarm, listeners, this: this.clone() }
        })
    }

    fn start(&self) {
        if self.client.borrow().state() != ClientState::Stopped {
            return;
        }
        self.listen_to_page();
        self.open_tabs();
        self.open_store();
        self.handle(Event::Start { is_online: page::is_online() });
    }

    fn stop(&self) {
        self.persist();
        self.listeners.borrow_mut().clear();
        self.rest();
        page::hide_link();
    }

    /// Drops everything that keeps a page alive: it may come back from the back-forward cache.
    fn rest(&self) {
        self.handle(Event::Stop);
        let tabs = {
            let mut state = self.state.borrow_mut();
            state.scheduler.clear();
            state.tabs.take()
        };
        drop(tabs);
        self.rearm();
    }

    /// The alarm rang.
    fn tick(&self) {
        let due = self.state.borrow_mut().scheduler.take_due(now());
        for task in due {
            match task {
                Task::Frames => self.apply_inbox(),
                Task::Saving => self.release_saving(),
                Task::OtherTabs => self.release_from_other_tabs(),
                Task::Rooms => self.persist_rooms(),
                Task::Drafts => self.persist_drafts(),
            }
        }
        self.handle(Event::Tick);
    }

    /// Plans a task for `wait` milliseconds from now; an earlier moment stays.
    fn plan(&self, task: Task, wait: f64) {
        self.state.borrow_mut().scheduler.set_by(task, now() + wait);
        self.rearm();
    }

    /// Sets the alarm to what is due next.
    fn rearm(&self) {
        let due = [self.state.borrow().scheduler.next_due(), self.client.borrow().next_due()];
        match due.into_iter().flatten().min_by(f64::total_cmp) {
            Some(at) => self.alarm.set(at - now()),
            None => self.alarm.clear(),
        }
    }

    /// Runs a future that may outlive the page's interest in it.
    fn spawn<F: Future<Output = ()> + 'static>(&self, run: impl FnOnce(Rc<Self>) -> F) {
        if let Some(this) = self.this.upgrade() {
            leptos::task::spawn_local(run(this));
        }
    }

    /// The store, if it is there.
    fn store(&self) -> Option<Rc<Store>> {
        match &self.state.borrow().store {
            StoreState::Open(store) => Some(store.clone()),
            StoreState::Opening | StoreState::None => None,
        }
    }

    /// Reads the chat; nothing once the views are gone.
    fn read<T>(&self, read: impl FnOnce(&Chat) -> T) -> Option<T> {
        self.chat.try_with_untracked(read)
    }

    /// Changes the chat and what is seen of it.
    fn change<T>(&self, change: impl FnOnce(&mut Chat) -> T) -> Option<T> {
        self.chat.try_update(change)
    }

    /// Changes what is not seen of the chat.
    fn change_unseen<T>(&self, change: impl FnOnce(&mut Chat) -> T) -> Option<T> {
        self.chat.try_update_untracked(change)
    }

    fn notify_tabs(&self, message: &TabMessage) {
        if let Some(tabs) = &self.state.borrow().tabs {
            tabs.send(message);
        }
    }
}
