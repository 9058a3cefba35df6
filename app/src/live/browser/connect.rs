//! The connection: opened, greeted, lost and opened again.

use leptos::prelude::*;
use model::{Code, limits::SILENCE_MS};

use super::{
    Connection, Engine, State, Store,
    clock::{now, random},
    page,
    socket::{Event, Socket},
};
use crate::{
    accounts::calls::get_me,
    live::{Link, agenda::Task, backoff::Next},
};

/// The longest a connection may take until the server's first word, in milliseconds.
const OPENING: f64 = 15_000.0;
/// The longest the disk is waited for before the server is greeted without it.
const DISK: f64 = 1_500.0;
/// After this much silence a person who comes back is not left to the regular check.
const SUSPICIOUS: f64 = 30_000.0;
/// How long the answer to a probe may take.
const PROBE: f64 = 3_000.0;
/// A session that was found alive is not asked about again for so long: well within the life of
/// what the answer renews.
const ASK_AGAIN: f64 = 60_000.0;
/// Between tries while the device says that it is offline. It may be wrong, above all about
/// servers on the same machine.
const OFFLINE: f64 = 30_000.0;

impl Engine {
    /// Opens a connection, unless there is one.
    pub(super) fn connect(&self) {
        let generation = {
            let mut state = self.state.borrow_mut();
            if !state.running || state.connection.is_some() || self.is_signed_out() {
                return;
            }
            state.agenda.drop(Task::Connect);
            state.generation += 1;
            state.generation
        };
        let this = self.this.clone();
        let tell = move |event| {
            if let Some(engine) = this.upgrade() {
                engine.told(generation, event);
            }
        };
        let Ok(socket) = Socket::open(tell) else { return self.lost(None) };
        {
            let mut state = self.state.borrow_mut();
            state.connection = Some(Connection { socket, opened: false, greeted: false });
            state.agenda.set(Task::Silence, now() + OPENING);
            if matches!(state.store, Store::Opening) {
                state.agenda.by(Task::Greet, now() + DISK);
            }
        }
        self.rearm();
    }

    fn told(&self, generation: u32, event: Event) {
        if self.state.borrow().generation != generation {
            return;
        }
        match event {
            Event::Opened => {
                if let Some(connection) = &mut self.state.borrow_mut().connection {
                    connection.opened = true;
                }
                self.greet();
            }
            Event::Received(text) => self.received(text),
            Event::Closed(code) => {
                self.apply_inbox();
                // What came may have ended the connection already.
                if self.state.borrow().generation == generation {
                    self.closed(code);
                }
            }
        }
    }

    fn closed(&self, code: u16) {
        let opened = self.state.borrow().connection.as_ref().is_some_and(|connection| connection.opened);
        self.lost(Some(code));
        if !opened {
            self.ask_about_session();
        }
    }

    /// Says where this client stands, once the disk has told or is not waited for any longer.
    pub(super) fn greet(&self) {
        let Some(hello) = self.read(|chat| chat.hello()) else { return };
        let mut state = self.state.borrow_mut();
        if matches!(state.store, Store::Opening) {
            return;
        }
        let Some(connection) = &mut state.connection else { return };
        if connection.opened && !connection.greeted {
            connection.greeted = true;
            connection.socket.say(&hello);
        }
    }

    /// Whether the server was told where this client stands: from then on the rooms are not set
    /// back to what the disk holds.
    pub(super) fn has_greeted(&self) -> bool {
        self.state.borrow().connection.as_ref().is_some_and(|connection| connection.greeted)
    }

    /// The connection is gone, or given up (`code` is `None`).
    pub(super) fn lost(&self, code: Option<u16>) {
        let (connection, next) = {
            let mut state = self.state.borrow_mut();
            let connection = self.let_go(&mut state);
            (connection, state.backoff.next(code, random()))
        };
        drop(connection);
        self.disconnected();
        match next {
            Next::After(wait) => {
                self.set_link(Link::Broken);
                let wait = if page::is_online() { wait } else { wait.max(OFFLINE) };
                self.plan(Task::Connect, wait);
            }
            Next::Person => self.set_link(Link::Broken),
            Next::SignedOut => self.set_link(Link::SignedOut),
            Next::Reload => self.reload(),
        }
    }

    /// Forgets the connection and all that was to be done with it. The caller drops it when
    /// nothing is borrowed.
    pub(super) fn let_go(&self, state: &mut State) -> Option<Connection> {
        state.generation += 1;
        state.inbox.clear();
        state.gaps.disconnected();
        state.reports.clear();
        let gone =
            [Task::Connect, Task::Silence, Task::Frames, Task::Gaps, Task::Marks, Task::Sends, Task::Answers];
        for task in gone {
            state.agenda.drop(task);
        }
        state.sends_from = 0.0;
        state.connection.take()
    }

    /// Tells the chat.
    pub(super) fn disconnected(&self) {
        if self.read(|chat| chat.is_caught_up()) == Some(true) {
            self.change(|chat| chat.disconnected());
        } else {
            self.change_unseen(|chat| chat.disconnected());
        }
    }

    /// A person or the device gives a reason to try at once.
    pub(super) fn retry_now(&self) {
        let silent = {
            let state = self.state.borrow();
            state.connection.is_some().then(|| js_sys::Date::now() - state.heard_at)
        };
        match silent {
            None => self.connect(),
            Some(silent) if silent > SUSPICIOUS => self.probe(),
            Some(_) => {}
        }
    }

    /// The device has a network again, perhaps another one: an old connection may be dead.
    pub(super) fn came_online(&self) {
        if self.state.borrow().connection.is_some() {
            self.probe();
        } else {
            self.connect();
        }
    }

    /// The device says that it is offline: its connections will not tell.
    pub(super) fn went_offline(&self) {
        if self.state.borrow().connection.is_some() {
            self.lost(None);
        }
    }

    /// Asks for something that is always answered.
    fn probe(&self) {
        if self.read(|chat| chat.is_caught_up()) != Some(true) {
            return;
        }
        let question = self.read(|chat| chat.probe()).flatten();
        let Some(question) = question else { return self.lost(None) };
        self.say(&[question]);
        self.plan(Task::Silence, PROBE);
    }

    /// Something came: the connection lives.
    pub(super) fn heard(&self) {
        let mut state = self.state.borrow_mut();
        state.heard_at = js_sys::Date::now();
        state.agenda.set(Task::Silence, now() + f64::from(SILENCE_MS));
    }

    /// A browser does not tell why a socket could not be opened; an ordinary call does. It also
    /// renews the session's cookies, so that the next try passes.
    fn ask_about_session(&self) {
        {
            let mut state = self.state.borrow_mut();
            if state.asked_at.is_some_and(|at| now() - at < ASK_AGAIN) {
                return;
            }
            state.asked_at = Some(now());
        }
        self.spawn(|engine| async move {
            let answer = get_me().await;
            if !engine.state.borrow().running || engine.has_greeted() {
                return;
            }
            match answer {
                Ok(me) if me.id == engine.me => engine.connect(),
                Ok(_) => engine.reload(),
                Err(failed) if failed.0.code == Code::SignedOut => engine.sign_out(),
                // No answer is no news: ask again after the next failure.
                Err(_) => engine.state.borrow_mut().asked_at = None,
            }
        });
    }

    /// The session ended.
    pub(super) fn sign_out(&self) {
        let connection = self.let_go(&mut self.state.borrow_mut());
        drop(connection);
        self.disconnected();
        self.set_link(Link::SignedOut);
    }

    /// Fetches the page again: it belongs to another version or another person. Once; if that did
    /// not help, a person has to.
    pub(super) fn reload(&self) {
        let connection = self.let_go(&mut self.state.borrow_mut());
        drop(connection);
        self.disconnected();
        self.set_link(Link::Broken);
        self.put_away();
        page::reload_once();
    }

    pub(super) fn set_link(&self, link: Link) {
        if self.link.try_get_untracked().is_some_and(|known| known != link) {
            self.link.try_set(link);
        }
    }

    fn is_signed_out(&self) -> bool {
        self.link.try_get_untracked() == Some(Link::SignedOut)
    }
}
