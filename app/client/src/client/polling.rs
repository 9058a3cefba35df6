//! Calls in place of a WebSocket, where HTTP passes and a socket does not.

use super::{Effect, Link, Timer, Turn};
use crate::policy::POLL;

impl Turn<'_> {
    pub(super) fn start_polling(&mut self) {
        if !self.client.is_polling {
            self.effects.push(Effect::StartPolling);
        }
    }

    pub(super) fn polling_ready(&mut self) {
        if !self.client.is_polling && !self.client.was_heard() {
            self.client.is_polling = true;
            self.effects.push(Effect::Poll);
        }
    }

    pub(super) fn polled(&mut self) {
        if self.client.is_polling {
            self.set_link(Link::Polling);
            self.client.scheduler.set(Timer::Poll, self.now + POLL);
            self.settle();
        }
    }

    pub(super) fn poll_failed(&mut self) {
        if self.client.is_polling {
            self.stop_polling();
            self.set_link(Link::Broken);
        }
    }

    /// A socket works, or the server is not reached by calls either.
    pub(super) fn stop_polling(&mut self) {
        if std::mem::take(&mut self.client.is_polling) {
            self.client.scheduler.cancel(Timer::Poll);
            self.disconnect_chat();
        }
    }
}
