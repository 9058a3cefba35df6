//! The connection: opened, lost and opened again.

use model::limits::SILENCE_MS;

use super::{Check, Effect, Link, Session, State, Timer, Turn};
use crate::{
    backoff::Next,
    policy::{
        ALIVE_RECONNECT, OFFLINE_RECONNECT, OPENING, PROBE, SESSION_CHECK, STORE, SUSPICIOUS_SILENCE,
        UNKNOWN_RECONNECT,
    },
};

/// The timers that end with a connection.
const OF_CONNECTION: [Timer; 6] =
    [Timer::Connect, Timer::Silence, Timer::Fetches, Timer::Marks, Timer::Sends, Timer::Answers];

impl Turn<'_> {
    pub(super) fn start(&mut self, is_online: bool) {
        if self.client.state == State::Stopped {
            self.client.is_online = is_online;
            self.client.state = State::Waiting;
            self.connect();
        }
    }

    pub(super) fn stop(&mut self) {
        if matches!(self.client.state, State::Stopped | State::SignedOut) {
            return;
        }
        self.close();
        self.stop_polling();
        self.client.scheduler.clear();
        self.disconnect_chat();
        self.client.state = State::Stopped;
    }

    /// Opens a connection, unless there is one.
    pub(super) fn connect(&mut self) {
        if !matches!(self.client.state, State::Waiting | State::Paused) {
            return;
        }
        self.client.state = State::Opening;
        self.client.scheduler.cancel(Timer::Connect);
        self.client.scheduler.set(Timer::Silence, self.now + OPENING);
        if !self.client.store_was_read {
            self.after(Timer::Store, STORE);
        }
        self.effects.push(Effect::Open);
    }

    pub(super) fn opened(&mut self) {
        if self.client.state == State::Opening {
            self.client.state = State::Opened;
            self.send_hello();
        }
    }

    /// The store was read, or is not waited for any longer.
    pub(super) fn store_read(&mut self) {
        self.client.store_was_read = true;
        self.client.scheduler.cancel(Timer::Store);
        self.send_hello();
        self.settle();
    }

    fn send_hello(&mut self) {
        if self.client.state == State::Opened && self.client.store_was_read {
            self.client.state = State::HelloSent;
            self.effects.push(Effect::Send(self.chat.hello()));
        }
    }

    /// Something came: the connection works.
    pub(super) fn received(&mut self) {
        if !self.client.is_connected() {
            return;
        }
        if self.client.state == State::HelloSent {
            self.client.state = State::Resuming;
        }
        self.stop_polling();
        self.client.scheduler.set(Timer::Silence, self.now + f64::from(SILENCE_MS));
    }

    /// The connection ended, or was silent for too long (`code` is `None`).
    pub(super) fn ended(&mut self, code: Option<u16>) {
        if !self.client.is_connected() {
            return;
        }
        let was_heard = self.client.was_heard();
        self.lost(code);
        let is_asked = matches!(self.client.check, Some(Check::Ended));
        if !was_heard && !is_asked && self.client.state == State::Waiting {
            self.check_session(code.is_none());
        }
    }

    /// The connection is gone, or given up (`code` is `None`).
    pub(super) fn lost(&mut self, code: Option<u16>) {
        if !self.client.is_connected() {
            return;
        }
        self.close();
        if !self.client.is_polling {
            self.disconnect_chat();
        }
        let random = self.client.random.fraction();
        match self.client.backoff.next(code, random) {
            Next::After(wait) => {
                if !self.client.is_polling {
                    self.set_link(Link::Broken);
                }
                self.after(
                    Timer::Connect,
                    if self.client.is_online { wait } else { wait.max(OFFLINE_RECONNECT) },
                );
            }
            Next::Person => {
                self.client.state = State::Paused;
                self.set_link(Link::Broken);
            }
            Next::SignedOut => {
                self.set_link(Link::Broken);
                self.client.check = Some(Check::Ended);
                self.effects.push(Effect::CheckSession);
            }
            Next::Reload => self.reload(),
        }
    }

    /// Drops the connection and everything that waits for it.
    fn close(&mut self) {
        if self.client.is_connected() {
            self.effects.push(Effect::Close);
            self.client.state = State::Waiting;
        }
        self.client.fetches.disconnected();
        self.client.marks.clear();
        self.client.sends_from = [0.0; 2];
        for timer in OF_CONNECTION {
            self.client.scheduler.cancel(timer);
        }
    }

    pub(super) fn disconnect_chat(&mut self) {
        let was_caught_up = self.chat.is_caught_up();
        self.chat.disconnected();
        if was_caught_up {
            self.effects.push(Effect::Show);
        }
    }

    pub(super) fn online(&mut self) {
        self.client.is_online = true;
        match self.client.is_connected() {
            // An old connection may be dead.
            true => self.probe(),
            false => self.connect(),
        }
    }

    /// Without a network no close frame arrives: the connection counts as lost.
    pub(super) fn offline(&mut self) {
        self.client.is_online = false;
        self.lost(None);
    }

    pub(super) fn attention(&mut self, silence: f64) {
        if !self.client.is_connected() {
            self.connect();
        } else if silence > SUSPICIOUS_SILENCE {
            self.probe();
        }
    }

    /// Sends something that is always answered.
    fn probe(&mut self) {
        if self.client.state != State::Live {
            return;
        }
        let Some(question) = self.chat.probe() else { return self.lost(None) };
        self.effects.push(Effect::Send(question));
        self.after(Timer::Silence, PROBE);
    }

    /// A browser does not say why a socket could not be opened; a call does. Where a call passed a moment ago and a
    /// socket did not, once more, calls take its place.
    fn check_session(&mut self, silent: bool) {
        if self.client.checked_at.is_some_and(|at| self.now - at < SESSION_CHECK) {
            return self.start_polling();
        }
        self.client.checked_at = Some(self.now);
        self.client.check = Some(Check::NoSocket { silent });
        self.effects.push(Effect::CheckSession);
    }

    pub(super) fn session(&mut self, session: Session) {
        let check = self.client.check.take();
        if self.client.was_heard() || matches!(self.client.state, State::Stopped | State::SignedOut) {
            return;
        }
        match (session, check) {
            (Session::OtherUser, _) => self.reload(),
            (Session::Over, _) => self.sign_out(),
            (Session::Alive, check) => {
                self.after(Timer::Connect, ALIVE_RECONNECT);
                // A connection that opened and stayed silent is not likely to work the next time.
                if matches!(check, Some(Check::NoSocket { silent: true })) {
                    self.start_polling();
                }
            }
            (Session::Unknown, Some(Check::Ended)) => self.after(Timer::Connect, UNKNOWN_RECONNECT),
            // No answer is no news: the session is asked about after the next failure.
            (Session::Unknown, _) => self.client.checked_at = None,
        }
    }

    /// The session ended: what is stored of the user goes with it.
    fn sign_out(&mut self) {
        self.close();
        self.stop_polling();
        self.disconnect_chat();
        self.client.scheduler.clear();
        self.client.state = State::SignedOut;
        self.effects.push(Effect::SignOut);
    }

    pub(super) fn reload(&mut self) {
        self.close();
        self.stop_polling();
        self.disconnect_chat();
        self.client.state = State::Paused;
        self.set_link(Link::Broken);
        self.effects.push(Effect::Reload);
    }
}
