//! Frames from the server, and what follows from them.

use model::{outbox::Lane, wire::ServerFrame};

use super::{Effect, Link, State, Timer, Turn};
use crate::policy::{ANSWER, OUTBOX, REFUSED};

impl Turn<'_> {
    pub(super) fn frames(&mut self, frames: Vec<ServerFrame>) {
        // The cookies became another user's: nothing of that may mix with what is here.
        let me = self.client.me;
        if frames.iter().any(|frame| matches!(frame, ServerFrame::Welcome { user, .. } if *user != me)) {
            return self.reload();
        }
        frames.iter().for_each(|frame| self.note(frame));
        let has = |kind: fn(&ServerFrame) -> bool| frames.iter().any(kind);
        let is_beat = has(|frame| matches!(frame, ServerFrame::Beat { .. }));
        let is_caught_up = has(|frame| matches!(frame, ServerFrame::CaughtUp));
        if has(is_visible) {
            self.effects.push(Effect::Show);
        }
        for frame in frames {
            self.chat.receive(frame);
        }
        if is_beat {
            // A refused or lost mark shows by not being confirmed by now.
            self.chat.repeat_marks();
        }
        if is_caught_up {
            self.caught_up();
        }
        self.settle();
    }

    /// Updates the client's own state from a frame; the chat applies the frame itself.
    fn note(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Changes { room, after, .. } => self.client.fetches.answered(*room, *after),
            ServerFrame::Left { room } => self.client.fetches.remove(*room),
            ServerFrame::Accepted(_) | ServerFrame::Logged(_) | ServerFrame::Changed(_) => {
                self.client.scheduler.cancel(Timer::Answers);
            }
            ServerFrame::Rejected { error, change, .. } => {
                self.client.scheduler.cancel(Timer::Answers);
                if error.code.is_temporary() {
                    let again = self.now + error.retry_after.map_or(REFUSED, f64::from);
                    let lane = if change.is_some() { Lane::Changes } else { Lane::Messages };
                    let from = self.sends_from(lane);
                    *from = from.max(again);
                }
            }
            _ => {}
        }
    }

    fn caught_up(&mut self) {
        if self.client.is_connected() {
            self.client.state = State::Live;
        }
        self.client.backoff.reset();
        self.client.checked_at = None;
        // Another tab may have sent or discarded an entry meanwhile: this one does not send it.
        self.client.sends_from = [self.now + OUTBOX; 2];
        self.set_link(Link::Open);
        self.effects.push(Effect::CaughtUp);
    }

    pub(super) fn outbox_read(&mut self) {
        self.client.sends_from = [0.0; 2];
        self.settle();
    }

    /// Sends what is to be sent, and plans the rest.
    pub(super) fn settle(&mut self) {
        self.send_outbox();
        self.send_fetches();
        if !self.chat.is_caught_up() {
            return self.client.scheduler.cancel(Timer::Answers);
        }
        self.plan_marks();
        match self.chat.outbox().is_waiting() {
            true => self.after(Timer::Answers, ANSWER),
            false => self.client.scheduler.cancel(Timer::Answers),
        }
    }
}

/// Whether a frame can change what is on the screen.
fn is_visible(frame: &ServerFrame) -> bool {
    use ServerFrame::{Beat, Error, Unknown, Welcome};
    !matches!(frame, Welcome { .. } | Beat { .. } | Error { .. } | Unknown)
}
