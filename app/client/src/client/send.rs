//! Sends frames to the server: entries of the outbox that are ready, fetches, marks.

use model::{outbox::Lane, wire::ClientFrame};

use super::{Effect, Timer, Turn};
use crate::policy::MARKS;

impl Turn<'_> {
    /// A frame that does not reach the server is sent again on the next connection, by the part that asked for it.
    fn send(&mut self, frames: Vec<ClientFrame>) {
        let way = if self.client.is_polling { Effect::Call } else { Effect::Send };
        self.effects.extend(frames.into_iter().map(way));
    }

    /// Sends what may leave of the outbox.
    pub(super) fn send_outbox(&mut self) {
        for lane in [Lane::Messages, Lane::Changes] {
            let wait = *self.sends_from(lane) - self.now;
            if wait > 0.0 {
                self.after(Timer::Sends, wait);
                continue;
            }
            let frames = self.chat.sends(lane);
            self.send(frames);
        }
    }

    /// When the next entry of a lane is sent at the earliest.
    pub(super) fn sends_from(&mut self, lane: Lane) -> &mut f64 {
        &mut self.client.sends_from[lane as usize]
    }

    /// Asks for changes that have been missing for long enough. Polls bring what changed by themselves.
    pub(super) fn send_fetches(&mut self) {
        if !self.chat.is_caught_up() || self.client.is_polling {
            return;
        }
        let (frames, again) = self.client.fetches.take_due(&self.chat.fetches(), self.now);
        self.send(frames);
        match again {
            Some(at) => self.client.scheduler.set(Timer::Fetches, at),
            None => self.client.scheduler.cancel(Timer::Fetches),
        }
    }

    pub(super) fn page_loaded(&mut self, fetch: Option<ClientFrame>) {
        if let Some(fetch) = &fetch {
            self.client.fetches.require(fetch);
        }
        self.settle();
    }

    /// Marks are sent at once, and then at most once in a while.
    pub(super) fn plan_marks(&mut self) {
        self.after(Timer::Marks, (self.client.marks_from - self.now).max(0.0));
    }

    pub(super) fn send_marks(&mut self) {
        let marks = self.client.marks.take(self.chat.marks());
        if marks.is_empty() {
            return;
        }
        self.send(marks);
        self.client.marks_from = self.now + MARKS;
        if !self.client.marks.is_empty() {
            self.plan_marks();
        }
    }
}
