//! The runtime in the browser: what happens to the socket, the page, the disk and the other tabs
//! becomes changes of the one [`model::Chat`], and what that wants said is said.
//!
//! Everything runs on the page's one thread. The state is borrowed for moments only, never while a
//! signal changes or a socket is dropped, so that whatever happens may happen at any time.

mod alarm;
mod clock;
mod connect;
mod disk;
mod drafts;
mod listener;
mod outbox;
mod page;
mod receive;
mod restore;
mod say;
mod socket;
mod tabs;

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use leptos::prelude::*;
use model::{Chat, MessageId, RoomId, Seq, UserId, VecMap, outbox::Pending, wire::ClientFrame};

use super::{
    Drafts, Link, Set,
    agenda::{Agenda, Task},
    backoff::Backoff,
    gaps::Gaps,
    kept::Kept,
    reports::Reports,
};
use alarm::Alarm;
use clock::now;
use disk::Disk;
use listener::Listener;
use socket::Socket;
use tabs::Tabs;

/// The engine as the views' handle carries it.
#[derive(Clone, Copy)]
pub(super) struct Runtime(StoredValue<Rc<Engine>, LocalStorage>);

struct Engine {
    me: UserId,
    chat: RwSignal<Chat>,
    link: RwSignal<Link>,
    drafts: RwSignal<Drafts>,
    state: RefCell<State>,
    alarm: Alarm,
    listeners: RefCell<Vec<Listener>>,
    this: Weak<Engine>,
}

#[derive(Default)]
struct State {
    /// Between `start` and `stop`, and not while the page rests in the back-forward cache.
    running: bool,
    /// Counts connections: what a former one still tells is not listened to.
    generation: u32,
    connection: Option<Connection>,
    backoff: Backoff,
    /// When the server last told whether the session lives, since the connection was lost.
    asked_at: Option<f64>,
    /// When a frame last came, by the device's clock: that goes on while the device sleeps.
    heard_at: f64,
    /// Frames that came and are not applied yet.
    inbox: Vec<String>,
    /// When frames were last applied.
    applied_at: f64,
    /// No message is sent before.
    sends_from: f64,
    /// No marks are reported before.
    marks_from: f64,
    agenda: Agenda,
    gaps: Gaps,
    reports: Reports,
    store: Store,
    kept: Kept,
    /// Composed here, and not yet being written.
    unsaved: Vec<Pending>,
    /// Composed here, and not yet known to be on disk: held.
    saving: Set<MessageId>,
    /// Composed in other tabs: held until then, in case the other tab is gone.
    foreign: VecMap<MessageId, f64>,
    changed_rooms: Set<RoomId>,
    changed_drafts: Set<RoomId>,
    tabs: Option<Tabs>,
}

struct Connection {
    socket: Socket,
    opened: bool,
    greeted: bool,
}

#[derive(Default)]
enum Store {
    /// Not answered yet.
    #[default]
    Opening,
    /// Not answered for so long that it is not waited for.
    Late,
    Open(Rc<Disk>),
    /// This browser keeps nothing for us: everything goes on in memory.
    None,
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

    pub(super) fn retry(self, id: MessageId) {
        self.run(|engine| engine.retry(id));
    }

    pub(super) fn discard(self, id: MessageId) {
        self.run(|engine| engine.discard(id));
    }

    pub(super) fn read_upto(self, room: RoomId, seq: Seq) {
        self.run(|engine| engine.read_upto(room, seq));
    }

    pub(super) fn paged(self, room: RoomId, fetch: Option<ClientFrame>) {
        self.run(|engine| engine.paged(room, fetch));
    }

    pub(super) fn drafted(self, room: RoomId) {
        self.run(|engine| engine.drafted(room));
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
                    engine.wake();
                }
            };
            let alarm = Alarm::new(ring);
            let (state, listeners) = (RefCell::default(), RefCell::default());
            Self { me, chat, link, drafts, state, alarm, listeners, this: this.clone() }
        })
    }

    fn start(&self) {
        if std::mem::replace(&mut self.state.borrow_mut().running, true) {
            return;
        }
        self.listen_to_page();
        self.open_tabs();
        self.open_disk();
        self.connect();
    }

    fn stop(&self) {
        self.put_away();
        self.listeners.borrow_mut().clear();
        self.rest();
        page::hide_link();
    }

    /// Lets go of all that keeps a page alive: it may come back from the back-forward cache.
    fn rest(&self) {
        let (connection, tabs) = {
            let mut state = self.state.borrow_mut();
            state.running = false;
            (self.let_go(&mut state), state.tabs.take())
        };
        drop((connection, tabs));
        self.state.borrow_mut().agenda.clear();
        self.alarm.clear();
        self.disconnected();
    }

    /// The alarm rang.
    fn wake(&self) {
        let due = self.state.borrow_mut().agenda.due(now());
        for task in due {
            match task {
                Task::Connect => self.connect(),
                Task::Greet => self.start_without_disk(),
                Task::Silence | Task::Answers => self.lost(None),
                Task::Frames => self.apply_inbox(),
                Task::Gaps => self.ask_for_gaps(),
                Task::Marks => self.report_marks(),
                Task::Sends => self.send_ready(),
                Task::Saving => self.release_saving(),
                Task::Foreign => self.release_foreign(),
                Task::Rooms => self.put_rooms_away(),
                Task::Drafts => self.put_drafts_away(),
            }
        }
        self.rearm();
    }

    /// Plans a task for `wait` milliseconds from now; an earlier plan stands.
    fn plan(&self, task: Task, wait: f64) {
        self.state.borrow_mut().agenda.by(task, now() + wait);
        self.rearm();
    }

    /// Sets the alarm to the next task.
    fn rearm(&self) {
        match self.state.borrow().agenda.next() {
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

    /// The disk, if it is there.
    fn disk(&self) -> Option<Rc<Disk>> {
        match &self.state.borrow().store {
            Store::Open(disk) => Some(disk.clone()),
            Store::Opening | Store::Late | Store::None => None,
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

    fn tell_tabs(&self, note: &tabs::Note) {
        if let Some(tabs) = &self.state.borrow().tabs {
            tabs.tell(note);
        }
    }
}
