//! Frames from the server, and what follows from them.

use leptos::logging::error;
use model::{RoomId, wire::ServerFrame};

use super::{Engine, clock::now, page};
use crate::live::{Link, agenda::Task};

/// Frames that come within this many milliseconds of the last ones are applied together.
const BURST: f64 = 16.0;
/// The wait after a passing refusal that names none.
const REFUSED: f64 = 1_000.0;
/// The longest a sent message may stay without an answer, in milliseconds.
const ANSWER: f64 = 30_000.0;

impl Engine {
    /// A single frame is applied at once, a burst as one change. A hidden page has nothing to
    /// draw, and its timers are slow.
    pub(super) fn received(&self, text: String) {
        self.heard();
        let quiet = {
            let mut state = self.state.borrow_mut();
            state.inbox.push(text);
            now() - state.applied_at > BURST
        };
        if quiet || page::is_hidden() {
            self.apply_inbox();
        } else {
            self.plan(Task::Frames, 0.0);
        }
        self.rearm();
    }

    pub(super) fn apply_inbox(&self) {
        let texts = {
            let mut state = self.state.borrow_mut();
            state.agenda.drop(Task::Frames);
            std::mem::take(&mut state.inbox)
        };
        if texts.is_empty() {
            return;
        }
        let mut frames = Vec::with_capacity(texts.len());
        let mut broken = None;
        for text in &texts {
            match ServerFrame::parse(text) {
                Ok(frame) => frames.push(frame),
                Err(why) => {
                    broken = Some(why);
                    break;
                }
            }
        }
        let generation = self.state.borrow().generation;
        self.apply(frames);
        self.state.borrow_mut().applied_at = now();
        if let Some(why) = broken
            && self.state.borrow().generation == generation
        {
            error!("a frame of the server cannot be read: {why}");
            self.lost(None);
        }
    }

    fn apply(&self, frames: Vec<ServerFrame>) {
        let foreign = |frame: &ServerFrame| match frame {
            ServerFrame::Welcome { user, .. } => *user != self.me,
            _ => false,
        };
        // The cookies became another person's: nothing of that may mix with what is here.
        if frames.iter().any(foreign) {
            return self.reload();
        }
        for frame in &frames {
            self.note(frame);
            if let ServerFrame::Left { room } = frame {
                self.drop_draft(*room);
            }
        }
        let caught_up = frames.contains(&ServerFrame::CaughtUp);
        let beat = frames.iter().any(|frame| matches!(frame, ServerFrame::Beat { .. }));
        let seen = frames.iter().any(is_seen);
        let receive = |chat: &mut model::Chat| frames.into_iter().for_each(|frame| chat.receive(frame));
        if seen {
            self.change(receive);
        } else {
            self.change_unseen(receive);
        }
        if beat {
            // A refused or lost report shows by not being confirmed by now.
            self.change_unseen(|chat| chat.repeat_marks());
        }
        if caught_up {
            self.caught_up();
        }
        self.settle();
    }

    /// What a frame means besides what the chat makes of it.
    fn note(&self, frame: &ServerFrame) {
        let mut state = self.state.borrow_mut();
        match frame {
            ServerFrame::Changes { room, after, .. } => state.gaps.answered(*room, *after),
            ServerFrame::Left { room } => state.gaps.forget(*room),
            ServerFrame::Accepted(_) | ServerFrame::Logged(_) => state.agenda.drop(Task::Answers),
            ServerFrame::Rejected { error, .. } => {
                state.agenda.drop(Task::Answers);
                if error.code.is_temporary() {
                    let wait = error.retry_after.map_or(REFUSED, f64::from);
                    state.sends_from = state.sends_from.max(now() + wait);
                }
            }
            _ => {}
        }
        if let Some(room) = room_of(frame) {
            state.changed_rooms.insert(room, ());
        }
    }

    fn caught_up(&self) {
        {
            let mut state = self.state.borrow_mut();
            state.backoff.reset();
            state.asked_at = None;
        }
        page::loaded_well();
        self.set_link(Link::Open);
        self.take_over_outbox();
    }

    /// Brings everything else up to the chat: the disk, what is to be said, and when.
    pub(super) fn settle(&self) {
        self.write_outbox();
        self.plan_rooms();
        self.send_ready();
        self.ask_for_gaps();
        if self.read(|chat| chat.is_caught_up()) == Some(true) {
            self.plan_marks();
        }
        let waiting = self.read(|chat| chat.is_caught_up() && chat.outbox().is_waiting());
        match waiting {
            Some(true) => self.plan(Task::Answers, ANSWER),
            _ => self.state.borrow_mut().agenda.drop(Task::Answers),
        }
        self.rearm();
    }
}

/// Whether a frame can change what is on the screen.
fn is_seen(frame: &ServerFrame) -> bool {
    !matches!(
        frame,
        ServerFrame::Welcome { .. }
            | ServerFrame::Beat { .. }
            | ServerFrame::Error { .. }
            | ServerFrame::Unknown
    )
}

fn room_of(frame: &ServerFrame) -> Option<RoomId> {
    match frame {
        ServerFrame::Room { room } => Some(room.id),
        ServerFrame::Left { room } | ServerFrame::Changes { room, .. } | ServerFrame::Mark { room, .. } => {
            Some(*room)
        }
        ServerFrame::Change(change) => Some(change.room),
        ServerFrame::Accepted(accepted) => Some(accepted.room),
        ServerFrame::Stored(stored) => Some(stored.room),
        _ => None,
    }
}
